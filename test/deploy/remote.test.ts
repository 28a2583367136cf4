import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { digestOf } from "#oci";
import { startTestHub, type TestHub } from "../../registry/testing.ts";
import { freePort } from "../../tools/demo/free-port.ts";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileMarker, requestFor } from "./filters.ts";
import { Stage } from "./stage.ts";

const envoy = await partOrReason("envoy");
const envoyPath = "path" in envoy ? envoy.path : "";

/** Puts a module into the hub. @returns where Envoy finds it */
async function push(hub: TestHub, module: Uint8Array): Promise<URL> {
  const started = await fetch(`${hub.url}/v2/test/marker/blobs/uploads/`, { method: "POST" });
  const place = new URL(started.headers.get("location") ?? "", hub.url);
  place.searchParams.set("digest", digestOf(module));
  const { status } = await fetch(place, { method: "PUT", body: Buffer.from(module) });
  expect(status).toBe(201);
  return blobUrl(hub.url, module);
}

function blobUrl(origin: string, module: Uint8Array): URL {
  return new URL(`/v2/test/marker/blobs/${digestOf(module)}`, origin);
}

describe.skipIf("reason" in envoy)("an Envoy that fetches the module itself", () => {
  let one: Uint8Array;
  let two: Uint8Array;
  let stage: Stage;
  let stack: AsyncDisposableStack;

  beforeAll(async () => {
    one = await compileMarker("one");
    two = await compileMarker("two");
  });
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    stage = stack.use(await Stage.open({ envoyPath, clustersIn: "file" }));
  });
  afterEach(() => stack.disposeAsync());

  async function hub(): Promise<TestHub> {
    return stack.use(await startTestHub());
  }

  /** Something that is no registry. */
  async function serve(answer: RequestListener): Promise<string> {
    const server: Server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stack.defer(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test("gets it from our hub by its digest, swaps it under load, and no request fails or passes unfiltered", async () => {
    const before = await stage.files();
    const registry = await hub();
    expect(await stage.deploy(requestFor(one, { remoteUrl: await push(registry, one) }))).toBe("running");
    expect(await stage.filters()).toBe("one:");
    expect(Object.keys(await stage.files()).filter((path) => path.endsWith(".wasm"))).toEqual([]);

    const remoteUrl = await push(registry, two);
    const traffic = await stage.underLoad(async () => {
      expect(await stage.deploy(requestFor(two, { remoteUrl }))).toBe("running");
      expect(await stage.filters()).toBe("two:");
    });
    expect([...traffic.failed]).toEqual([]);
    expect([...traffic.byHeader.keys()].toSorted()).toEqual(["one:", "two:"]);

    await stage.restart();
    expect(await stage.filters()).toBe("two:");

    const local = await stage.underLoad(() => stage.deploy(requestFor(one)));
    expect([...local.failed]).toEqual([]);
    expect([...local.byHeader.keys()].toSorted()).toEqual(["one:", "two:"]);
    await stage.undeploy();
    expect(await stage.files()).toEqual(before);
  });

  test("has time to fetch a module that comes slowly, and is asked to once", async () => {
    let asked = 0;
    const origin = await serve((_, response) => {
      asked++;
      setTimeout(() => response.write(one.subarray(0, 100)), 200);
      setTimeout(() => response.end(one.subarray(100)), 400);
    });
    expect(await stage.deploy(requestFor(one, { remoteUrl: blobUrl(origin, one) }))).toBe("running");
    expect(await stage.filters()).toBe("one:");
    expect(asked).toBe(1);
  });

  describe("and does not get it", () => {
    const failures = [
      {
        name: "from a hub that does not have it",
        url: async () => blobUrl((await hub()).url, two),
        says: "the registry answered 404",
      },
      {
        name: "but other bytes",
        url: async () => blobUrl(await serve((_, response) => response.end(one)), two),
        says: "what came is not the module",
      },
      {
        name: "where nobody listens",
        url: async () => blobUrl(`http://127.0.0.1:${await freePort()}`, two),
        says: "cannot be reached",
      },
    ];

    test.each(failures)("$name: a first deploy leaves everything as it was", async ({ url, says }) => {
      const before = await stage.files();
      await expect(stage.deploy(requestFor(two, { remoteUrl: await url() }))).rejects.toMatchObject({
        code: "MODULE_FETCH_FAILED",
        message: expect.stringContaining(says),
      });
      expect(await stage.files()).toEqual(before);
      expect(await stage.filters()).toBeUndefined();
    });

    test.each(failures)("$name: a later deploy leaves the filter that runs", async ({ url, says }) => {
      await stage.deploy(requestFor(one, { remoteUrl: await push(await hub(), one) }));
      const before = await stage.files();
      const remoteUrl = await url();
      const traffic = await stage.underLoad(async () => {
        await expect(stage.deploy(requestFor(two, { remoteUrl }))).rejects.toThrow(says);
      });
      expect([...traffic.byHeader.keys()]).toEqual(["one:"]);
      expect([...traffic.failed]).toEqual([]);
      expect(await stage.files()).toEqual(before);
    });

    test("until the registry is mended: the next deploy succeeds at once", async () => {
      const registry = await hub();
      const remoteUrl = blobUrl(registry.url, one);
      await expect(stage.deploy(requestFor(one, { remoteUrl }))).rejects.toMatchObject({ code: "MODULE_FETCH_FAILED" });
      await push(registry, one);
      expect(await stage.deploy(requestFor(one, { remoteUrl }))).toBe("running");
    });
  });

  test("tells a filter that refuses its configuration from a module that does not come", async () => {
    const remoteUrl = await push(await hub(), one);
    await stage.deploy(requestFor(one, { remoteUrl }));
    const before = await stage.files();
    const refusing = requestFor(one, { remoteUrl, configuration: "refuse me" });
    await expect(stage.deploy(refusing)).rejects.toMatchObject({ code: "ENVOY_REJECTED" });
    expect(await stage.filters()).toBe("one:");
    expect(await stage.files()).toEqual(before);
  });

  test("does not start to when its clusters are fixed and none leads to the registry", async () => {
    const fixed = stack.use(await Stage.open({ envoyPath }));
    const before = await fixed.files();
    const remoteUrl = await push(await hub(), one);
    await expect(fixed.deploy(requestFor(one, { remoteUrl }))).rejects.toMatchObject({ code: "REMOTE_UNSUPPORTED" });
    expect(await fixed.files()).toEqual(before);
    expect(await fixed.filters()).toBeUndefined();
  });
});
