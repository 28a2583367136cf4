import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { EnvoyAdmin } from "#envoy";
import { filterExports, writeModule } from "../../module/testing.ts";
import { freePort } from "../../tools/demo/free-port.ts";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileMarker, requestFor } from "./filters.ts";
import { Stage } from "./stage.ts";

const envoy = await partOrReason("envoy");
const envoyPath = "path" in envoy ? envoy.path : "";

describe.skipIf("reason" in envoy)("a deploy that Envoy does not take", () => {
  let good: Uint8Array;
  let stage: Stage;

  beforeAll(async () => void (good = await compileMarker("one")));
  beforeEach(async () => void (stage = await Stage.open({ envoyPath })));
  afterEach(() => stage[Symbol.asyncDispose]());

  const otherAbi = filterExports.map((one) => ({ ...one, name: one.name.replace("0_2_1", "9_9_9") }));
  const bad = [
    {
      name: "bytes that are no module",
      changes: () => ({ module: Buffer.from("not wasm") }),
      says: "Failed to load Wasm code",
    },
    {
      name: "a module of another ABI",
      changes: () => ({ module: writeModule({ exports: otherAbi }) }),
      says: "Missing or unknown Proxy-Wasm ABI",
    },
    {
      name: "a module that calls what Envoy does not have",
      changes: () => ({
        module: writeModule({
          exports: filterExports,
          imports: [{ module: "env", name: "proxy_fly", kind: "function" as const }],
        }),
      }),
      says: "proxy_fly",
    },
    {
      name: "a configuration that the filter refuses",
      changes: () => ({ configuration: "refuse me" }),
      says: "one will not have this",
    },
  ];

  describe.each(bad)("$name", ({ changes, says }) => {
    test("is tried by the Envoy program first, whose words come back, and nothing is written", async () => {
      const before = await stage.files();
      const words = expect.stringContaining(says);
      await expect(stage.deploy({ ...requestFor(good), ...changes() }, { isTried: true })).rejects.toMatchObject({
        code: "ENVOY_REJECTED",
        message: words,
        detail: { words },
      });
      expect(await stage.files()).toEqual(before);
    });

    test("is refused by the Envoy that runs: the filter before it goes on, and files are as they were", async () => {
      await stage.deploy(requestFor(good, { configuration: "kept" }));
      const before = await stage.files();
      const traffic = await stage.underLoad(async () => {
        await expect(stage.deploy({ ...requestFor(good), ...changes() })).rejects.toMatchObject({
          code: "ENVOY_REJECTED",
        });
      });
      expect([...traffic.failed]).toEqual([]);
      expect([...traffic.byHeader.keys()]).toEqual(["one:kept"]);
      expect(await stage.files()).toEqual(before);
    });

    test("is refused as a first deploy too: nothing is left of it", async () => {
      const before = await stage.files();
      const traffic = await stage.underLoad(async () => {
        await expect(stage.deploy({ ...requestFor(good), ...changes() })).rejects.toMatchObject({
          code: "ENVOY_REJECTED",
        });
      });
      expect([...traffic.failed]).toEqual([]);
      expect([...traffic.byHeader.keys()]).toEqual(["-"]);
      expect(await stage.files()).toEqual(before);
    });
  });

  test("a filter that may fail open is tried as if it might not", async () => {
    const request = requestFor(good, { configuration: "refuse me", failOpen: true });
    await expect(stage.deploy(request, { isTried: true })).rejects.toMatchObject({ code: "ENVOY_REJECTED" });
  });

  test("what is good passes the trial", async () => {
    expect(await stage.deploy(requestFor(good), { isTried: true })).toBe("running");
  });
});

describe.skipIf("reason" in envoy)("an Envoy that is another one", () => {
  let good: Uint8Array;
  let stage: Stage;
  beforeAll(async () => void (good = await compileMarker("one")));
  afterEach(() => stage[Symbol.asyncDispose]());

  test("never takes the change up: everything is put back", async () => {
    stage = await Stage.set({ envoyPath });
    await using other = await Stage.open({ envoyPath });
    const options = { admin: other.envoy.admin, timeoutMs: 300 };
    const before = await stage.files();
    const error = { code: "ENVOY_UNCHANGED", hint: expect.stringContaining("the Envoy that uses this bootstrap") };
    await expect(stage.deploy(requestFor(good), options)).rejects.toMatchObject(error);
    expect(await stage.files()).toEqual(before);

    await stage.deploy(requestFor(good));
    const deployed = await stage.files();
    await expect(stage.deploy(requestFor(good), options)).rejects.toMatchObject(error);
    await expect(stage.deploy(requestFor(good, { configuration: "x" }), options)).rejects.toMatchObject(error);
    expect(await stage.files()).toEqual(deployed);
    expect(await other.filters()).toBeUndefined();
  });

  test("or none at all: nothing is written", async () => {
    stage = await Stage.set({ envoyPath });
    const before = await stage.files();
    const admin = new EnvoyAdmin(`http://127.0.0.1:${await freePort()}`);
    await expect(stage.deploy(requestFor(good), { admin })).rejects.toMatchObject({ code: "ENVOY_ADMIN_UNREACHABLE" });
    expect(await stage.files()).toEqual(before);
  });
});
