import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileFilter } from "./compile-filter.ts";
import { type Stage, type StageListener, startEnvoy } from "./envoy-stage.ts";
import { send, startUpstream } from "./traffic.ts";

const envoy = await partOrReason("envoy");

// filters/two.ts: "counting" counts the streams of each configuration, "failing" does as x-fail says, "sharing" is wrong.

describe.skipIf("reason" in envoy)("a module's life in Envoy", () => {
  let stage: Stage;
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  let wasm: Uint8Array;

  const counting = (name: string, overrides: Partial<StageListener> = {}): StageListener => {
    return { name, wasm, rootId: "counting", configuration: name, vmId: "shared", ...overrides };
  };
  const failing = (name: string, overrides: Partial<StageListener> = {}): StageListener => {
    return { name, wasm, rootId: "failing", configuration: name, ...overrides };
  };
  const count = async (listener: string) => (await send(stage.port(listener), {})).headers["x-count"];

  beforeAll(async () => {
    ({ wasm } = await compileFilter("two"));
    upstream = await startUpstream();
    stage = await startEnvoy("path" in envoy ? envoy.path : "", upstream.port, [counting("one"), counting("two")]);
  });

  afterAll(async () => {
    await stage.stop();
    await upstream.close();
  });

  test("two configurations in one VM keep their state apart", async () => {
    expect([await count("one"), await count("one"), await count("two")]).toEqual(["one 1", "one 2", "two 1"]);
  });

  test("removing one configuration leaves the other as it was", async () => {
    await stage.replaceListeners([counting("two")]);
    await stage.logged("one ends after 2");
    expect(await count("two")).toBe("two 2");
  });

  test("a third configuration starts from nothing", async () => {
    await stage.replaceListeners([counting("two"), counting("three")]);
    expect([await count("three"), await count("two")]).toEqual(["three 1", "two 3"]);
  });

  test("a root id that the module does not have is refused, and the log names those it has", async () => {
    const typo = counting("typo", { rootId: "cuonting" });
    const refusal = await stage.refuseListeners([counting("two"), counting("three"), typo]);
    expect(refusal).toContain("Unable to create Wasm plugin typo");
    await stage.logged('no filter is registered for root id "cuonting"; this module has: sharing counting failing');
    expect(await count("two")).toBe("two 4");
  });

  test("no root id is refused by a module with several", async () => {
    const nameless = counting("nameless", { rootId: "" });
    const refusal = await stage.refuseListeners([counting("two"), counting("three"), nameless]);
    expect(refusal).toContain("Unable to create Wasm plugin nameless");
    await stage.logged('no filter is registered for root id ""');
  });

  test("a configuration that the filter rejects is refused, and what runs goes on", async () => {
    const rejected = counting("rejected", { configuration: "refuse me" });
    const refusal = await stage.refuseListeners([counting("two"), counting("three"), rejected]);
    expect(refusal).toContain("Unable to create Wasm plugin rejected");
    await stage.replaceListeners([counting("two"), counting("three")]);
    expect(await count("three")).toBe("three 2");
  });

  test("what the host may not give is a configuration refused, not one silently empty", async () => {
    const capabilities = ["proxy_on_configure", "proxy_on_context_create", "proxy_get_property", "proxy_log"].concat([
      "proxy_on_memory_allocate",
    ]);
    const blind = counting("blind", { vmId: "blind", capabilities });
    const refusal = await stage.refuseListeners([counting("two"), counting("three"), blind]);
    expect(refusal).toContain("Unable to create Wasm plugin blind");
    await stage.replaceListeners([counting("two"), counting("three")]);
  });

  test("one context for two streams is a mistake that the log names, and no trap", async () => {
    await stage.replaceListeners([counting("two"), counting("sharing", { rootId: "sharing", vmId: "sharing" })]);
    expect((await send(stage.port("sharing"), {})).status).toBe(200);
    await stage.logged("create a new context for each stream");
    expect((await send(stage.port("sharing"), {})).status).toBe(200);
  });

  describe("a filter that fails", () => {
    beforeAll(async () => {
      await stage.replaceListeners([
        counting("two"),
        failing("throwing"),
        failing("open", { failPolicy: "FAIL_OPEN" }),
        failing("out-of-range"),
        failing("out-of-memory"),
        failing("long-winded"),
      ]);
    });

    test("says what and where in the log, and fails closed by default", async () => {
      expect((await send(stage.port("throwing"), {})).status).toBe(200);
      const { status } = await send(stage.port("throwing"), { headers: { "x-fail": "throw" } });
      expect(status).toBe(503);
      expect(await stage.logged("abort: asked to by throwing")).toMatch(
        /abort: asked to by throwing at two\.ts:41:\d+$/,
      );
    });

    test("lets requests pass when the policy says so", async () => {
      await send(stage.port("open"), { headers: { "x-fail": "throw" } });
      await stage.logged("abort: asked to by open");
      expect((await send(stage.port("open"), {})).status).toBe(200);
    });

    test("by an index out of range", async () => {
      expect((await send(stage.port("out-of-range"), { headers: { "x-fail": "index" } })).status).toBe(503);
      await stage.logged("abort: Index out of range at ~lib/array.ts:");
    });

    test("by asking for more memory than there is", async () => {
      expect((await send(stage.port("out-of-memory"), { headers: { "x-fail": "memory" } })).status).toBe(503);
      await stage.logged("Function: proxy_on_request_headers failed: Uncaught RuntimeError: unreachable");
    });

    test("with a message longer than a log line has room for", async () => {
      expect((await send(stage.port("long-winded"), { headers: { "x-fail": "long" } })).status).toBe(503);
      expect(await stage.logged("abort: xxx")).toMatch(/abort: x{500,} at two\.ts:43:\d+$/);
    });

    test("leaves the VMs of others alone", async () => {
      expect(await count("two")).toMatch(/^two \d+$/);
    });
  });

  test("shuts down with every configuration told, and no trap", async () => {
    await stage.replaceListeners([counting("two"), counting("last")]);
    const before = stage.log().length;
    const { status, log } = await stage.stop();
    expect(status).toBe(0);
    const ending = log.slice(before);
    expect(ending).toMatch(/two ends after \d+/);
    expect(ending).toContain("last ends after 0");
    expect(ending).not.toMatch(/abort: |Function: proxy_|\[critical\]/);
  });
});
