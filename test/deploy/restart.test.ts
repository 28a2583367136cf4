import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileMarker, requestFor } from "./filters.ts";
import { Stage } from "./stage.ts";

const envoy = await partOrReason("envoy");
const envoyPath = "path" in envoy ? envoy.path : "";

describe.skipIf("reason" in envoy)("an Envoy whose listeners are in its bootstrap", () => {
  let module: Uint8Array;
  let stage: Stage;

  beforeAll(async () => void (module = await compileMarker("one")));
  beforeEach(async () => void (stage = await Stage.open({ envoyPath, listenersIn: "bootstrap" })));
  afterEach(() => stage[Symbol.asyncDispose]());

  test("needs one restart, swaps live from then on, and lets the filter go at once", async () => {
    const before = await stage.files();
    expect(await stage.deploy(requestFor(module))).toBe("restart-needed");
    expect(await stage.filters()).toBeUndefined();
    await stage.restart();
    expect(await stage.filters()).toBe("one:");

    const traffic = await stage.underLoad(async () => {
      expect(await stage.deploy(requestFor(module, { configuration: "x" }))).toBe("running");
    });
    expect([...traffic.failed]).toEqual([]);
    expect([...traffic.byHeader.keys()].toSorted()).toEqual(["one:", "one:x"]);

    const undeployed = await stage.underLoad(async () => {
      expect(await stage.undeploy()).toBe("restart-needed");
      expect(await stage.filters()).toBeUndefined();
    });
    expect([...undeployed.failed]).toEqual([]);
    expect(await stage.files()).toEqual(before);
    await stage.restart();
    expect(await stage.filters()).toBeUndefined();
  });

  test("needs the restart still when another version is deployed before it", async () => {
    await stage.deploy(requestFor(module));
    expect(await stage.deploy(requestFor(module, { configuration: "x" }))).toBe("restart-needed");
    await stage.restart();
    expect(await stage.filters()).toBe("one:x");
  });

  test("is without the filter when that was taken away before the restart", async () => {
    const before = await stage.files();
    await stage.deploy(requestFor(module));
    expect(await stage.undeploy()).toBe("gone");
    expect(await stage.files()).toEqual(before);
  });
});

describe.skipIf("reason" in envoy).each(["file", "bootstrap"] as const)(
  "an Envoy that does not run, with listeners in its %s",
  (listenersIn) => {
    test("gets everything written, and runs the filter when it starts", async () => {
      await using stage = await Stage.set({ envoyPath, listenersIn });
      const before = await stage.files();
      expect(await stage.deploy(requestFor(await compileMarker("one")))).toBe("written");
      await stage.start();
      expect(await stage.filters()).toBe("one:");
      expect(await stage.undeploy("marker", { admin: null })).toBe("written");
      expect(await stage.files()).toEqual(before);
    });
  },
);
