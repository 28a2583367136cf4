import { rm } from "node:fs/promises";
import { Agent } from "node:http";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { get } from "../../tools/demo/traffic.ts";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileMarker, requestFor } from "./filters.ts";
import { Stage, type StageOptions } from "./stage.ts";

const envoy = await partOrReason("envoy");

describe.skipIf("reason" in envoy)("an Envoy that watches a file of listeners", () => {
  let one: Uint8Array;
  let two: Uint8Array;
  let stage: Stage;

  beforeAll(async () => {
    one = await compileMarker("one");
    two = await compileMarker("two");
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  async function open(options: Omit<StageOptions, "envoyPath"> = {}): Promise<Record<string, string>> {
    stage = await Stage.open({ ...options, envoyPath: "path" in envoy ? envoy.path : "" });
    return stage.files();
  }

  test("takes a filter up, swaps it and lets it go under load, and no request fails", async () => {
    const before = await open();
    const first = await stage.underLoad(async () => {
      expect(await stage.deploy(requestFor(one))).toBe("running");
      expect(await stage.filters()).toBe("one:");
    });
    expect([...first.failed]).toEqual([]);

    const swapped = await stage.underLoad(async () => {
      expect(await stage.deploy(requestFor(two, { configuration: "x" }))).toBe("running");
      expect(await stage.filters()).toBe("two:x");
    });
    expect([...swapped.failed]).toEqual([]);
    // Connections that are older than the first deploy stay on a listener without the slot.
    expect([...swapped.byHeader.keys()].toSorted()).toEqual(["one:", "two:x"]);
    expect(Object.keys(await stage.files()).filter((path) => path.endsWith(".wasm"))).toHaveLength(1);

    const undeployed = await stage.underLoad(async () => {
      expect(await stage.undeploy()).toBe("gone");
      expect(await stage.filters()).toBeUndefined();
    });
    expect([...undeployed.failed]).toEqual([]);
    expect([...undeployed.byHeader.keys()].toSorted()).toEqual(["-", "two:x"]);
    expect(await stage.files()).toEqual(before);
  });

  test("lets a filter go on connections that are open", async () => {
    await open();
    await stage.deploy(requestFor(one));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const seen = async (): Promise<unknown> => (await get(stage.url(), agent)).headers["x-filter"];
    expect(await seen()).toBe("one:");
    const connection = Object.values(agent.freeSockets)[0]?.[0];
    await stage.undeploy();
    expect(await seen()).toBeUndefined();
    expect(connection !== undefined && Object.values(agent.freeSockets)[0]?.[0] === connection).toBe(true);
    agent.destroy();
  });

  test("acts on every listener, on those that are asked for, and on others when they change", async () => {
    const before = await open({ listeners: ["first", "second", "third"] });
    const seen = (): Promise<unknown> => Promise.all(["first", "second", "third"].map((name) => stage.filters(name)));
    expect(await stage.deploy(requestFor(one, { listeners: ["first", "second"] }))).toBe("running");
    expect(await seen()).toEqual(["one:", "one:", undefined]);
    expect(await stage.deploy(requestFor(one, { listeners: ["third", "second"], configuration: "x" }))).toBe("running");
    expect(await seen()).toEqual([undefined, "one:x", "one:x"]);
    expect(await stage.deploy(requestFor(one, { listeners: ["second"], configuration: "x" }))).toBe("running");
    expect(await seen()).toEqual([undefined, "one:x", undefined]);
    expect(await stage.undeploy()).toBe("gone");
    expect(await seen()).toEqual([undefined, undefined, undefined]);
    expect(await stage.files()).toEqual(before);
  });

  test("gives each deployment a VM: a trap in one leaves the other, of the same module, alone", async () => {
    const before = await open({ listeners: ["first", "second"], workers: 1 });
    await stage.deploy(requestFor(one, { deployment: "a", listeners: ["first"], configuration: "a" }));
    await stage.deploy(requestFor(one, { deployment: "b", listeners: ["second"], configuration: "b" }));
    await stage.trap("first");
    expect(await stage.filters("first")).toMatch(/^status 5/);
    expect(await stage.filters("second")).toBe("one:b");

    await stage.deploy(requestFor(two, { deployment: "a" }));
    expect(await stage.filters("first")).toBe("two:");
    await stage.undeploy("a");
    expect(await stage.filters("first")).toBeUndefined();
    expect(await stage.filters("second")).toBe("one:b");
    await stage.undeploy("b");
    expect(await stage.files()).toEqual(before);
  });

  test("runs two deployments in one listener, in the order in which they came", async () => {
    await open();
    await stage.deploy(requestFor(one, { deployment: "a" }));
    await stage.deploy(requestFor(two, { deployment: "b" }));
    // Answers pass the filters backwards.
    expect(await stage.filters()).toBe("two: one:");
    await stage.undeploy("a");
    expect(await stage.filters()).toBe("two:");
  });

  test.each([
    { name: "by the field of 1.40", envoyVersion: "1.40.0" },
    { name: "by that of older ones", envoyVersion: undefined },
  ])("allows a module the host calls that it is said to need, and no others, $name", async ({ envoyVersion }) => {
    await open();
    const { capabilities, ...request } = requestFor(one, { envoyVersion });
    const less = capabilities.filter((name) => name !== "proxy_on_response_headers");
    await stage.deploy({ ...request, capabilities: less });
    expect(await stage.filters()).toBeUndefined();
    await stage.undeploy();
    await stage.deploy({ ...request, capabilities });
    expect(await stage.filters()).toBe("one:");
    expect(stage.envoy.log().includes("Deprecated")).toBe(envoyVersion === undefined);
  });

  test("lets requests through when a filter that may fail open has trapped", async () => {
    await open({ workers: 1 });
    await stage.deploy(requestFor(one, { failOpen: true }));
    await stage.trap();
    expect(await stage.filters()).toBeUndefined();
  });

  test("is made well by the same deploy again when it started without the module", async () => {
    await open();
    await stage.deploy(requestFor(one));
    const module = Object.keys(await stage.files()).find((path) => path.endsWith(".wasm")) ?? "";
    await rm(join(stage.folder, module));
    await stage.restart();
    expect(await stage.filters()).toBe("status 500");
    expect(await stage.deploy(requestFor(one))).toBe("running");
    expect(await stage.filters()).toBe("one:");
  });

  test("takes up a slot that is in its file when it has missed the change of the file", async () => {
    await open();
    // Nobody tells Envoy of a file that is written in place.
    await stage.writeInPlace(requestFor(one));
    expect(await stage.filters()).toBeUndefined();
    expect(await stage.deploy(requestFor(one))).toBe("running");
    expect(await stage.filters()).toBe("one:");
  });
});
