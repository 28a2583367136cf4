import { generateKeyPairSync, sign } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileCleanly } from "./compile-filter.ts";
import { type Stage, type StageListener, startEnvoy } from "./envoy-stage.ts";
import { send, sendAndSee, startUpstream } from "./traffic.ts";

// filters/shared.ts does what a stream's header x-probe names, and reports what the host answered in x-result.

const envoy = await partOrReason("envoy");

describe.skipIf("reason" in envoy)("in Envoy", () => {
  let stage: Stage;
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  let wasm: Uint8Array;

  const shared = (name: string, overrides: Partial<StageListener> = {}): StageListener => {
    const environment = { REGION: "north", EMPTY: "" };
    return { name, wasm, rootId: "shared", configuration: name, vmId: "shared", environment, ...overrides };
  };
  const result = async (probe: string, headers: Record<string, string> = {}, listener = "shared", path = "/") => {
    const seen = await sendAndSee(stage.port(listener), { path, headers: { ...headers, "x-probe": probe } });
    return Buffer.from(seen.headers["x-result"] ?? "", "latin1").toString();
  };

  beforeAll(async () => {
    wasm = await compileCleanly("shared");
    upstream = await startUpstream();
    stage = await startEnvoy("path" in envoy ? envoy.path : "", upstream.port, [
      shared("shared"),
      shared("restricted", { vmId: "restricted", capabilities: barelyAlive }),
    ]);
  });

  afterAll(async () => {
    await stage.stop();
    await upstream.close();
  });

  describe("metrics", () => {
    test("count, by name; nothing and too much are refused", async () => {
      expect(await result("counter")).toBe("0 0 0 42 42 2 2 0");
      await expect.poll(() => stage.statistic("things_counted")).toBe(42);
    });

    test("gauge", async () => {
      expect(await result("gauge")).toBe("0 0 0 14");
      await expect.poll(() => stage.statistic("things_gauged")).toBe(14);
    });

    test("show how values are spread", async () => {
      expect(await result("histogram")).toBe("0 0");
      await expect.poll(() => stage.statistic("things_spread"), { timeout: 10_000, interval: 200 }).toBe(2);
    });

    test("that the host does not allow are a status", async () => {
      expect(await result("metrics", {}, "restricted")).toBe("10 10 0 10 10");
    });
  });

  describe("shared data", () => {
    test("are set, compared and swapped, and null when there are none", async () => {
      expect(await result("data")).toBe('true 0 grüße 0 8 0 0,255 true 0 ""');
    });

    test("can be large", async () => {
      expect(await result("large-data")).toBe("100000");
    });
  });

  describe("a shared queue", () => {
    test("wakes who registered it", async () => {
      expect(await result("queue")).toBe("0");
      await stage.logged("ready: true grüße null");
    });

    test("that is empty, unknown or nobody's is null or a status", async () => {
      expect(await result("queues")).toBe("true true 1 true true 0 0,255");
    });

    test("of a configuration that is gone still takes entries", async () => {
      const log = (): string => stage.log();
      await stage.replaceListeners([shared("silent")]);
      // One on the main thread, one in the worker.
      await expect.poll(() => log().split("shared is gone").length, { timeout: 5000 }).toBe(3);
      const before = log().split("ready: ").length;
      expect(await result("queue", {}, "silent")).toBe("0");
      expect(await result("queue", {}, "silent")).toBe("0");
      expect(log().split("ready: ")).toHaveLength(before);
      await stage.replaceListeners([shared("shared"), shared("silent")]);
      expect(await result("queue", {}, "silent")).toBe("0");
      await stage.logged("ready: true grüße grüße");
    });
  });

  describe("Envoy's own functions", () => {
    test("are called by name, and null or NotFound when there is none of that name", async () => {
      expect(await result("foreign")).toMatch(/^true 1 1,2,3 true 0 (?:1|2)$/);
    });

    test("take and give what is larger than the SDK's buffers", async () => {
      expect(await result("large-foreign")).toBe("100000 true");
    });

    test("choose the route anew", async () => {
      const { status } = await send(stage.port("shared"), { headers: { "x-probe": "route" } });
      expect(status).toBe(204);
    });

    test("set filter state: NotFound for what Envoy does not know, BadArgument for what it does not take", async () => {
      expect(await result("filter-state")).toBe("0 1 2");
    });

    test("declare properties once, in a root context, where there is no stream to set one of", async () => {
      await stage.logged("declared: 0 2");
      await expect(stage.logged("without a stream: 1 1")).resolves.toContain("wasm log");
    });

    test("verify signatures", async () => {
      const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const key = publicKey.export({ type: "spki", format: "pem" }).toString().replaceAll("\n", "|");
      const signature = sign("sha256", Buffer.from("signed"), privateKey).toString("hex");
      expect(await result("signature", { "x-key": key, "x-signature": signature })).toBe("true false false false");
    });
  });

  test("what the ABI takes from WASI: environment, randomness, a clock that is never set back", async () => {
    expect(await result("wasi")).toBe("north  null true true true");
  });

  test("attributes have names and types, and a value that says that there is none", async () => {
    expect(await result("properties", {}, "shared", "/a?b=c")).toBe(
      "GET /a b=c null true -1 -1 true false null upstream stage shared shared shared",
    );
  });

  test("headers have a size where they can be written", async () => {
    expect(await result("header-bytes")).toBe("true 0");
  });

  test("a filter can ask which levels are logged", async () => {
    expect(await result("level")).toBe("true true");
    await stage.setLogLevel("warning");
    expect(await result("level")).toBe("false true");
    await stage.setLogLevel("trace");
  });

  test("shuts down without a trap", async () => {
    const { log, status } = await stage.stop();
    expect(status).toBe(0);
    expect(log).not.toMatch(/abort: |Function: proxy_|\[critical\]\[(?!wasm)/);
  });
});

const barelyAlive = [
  "proxy_log",
  "proxy_get_log_level",
  "proxy_on_memory_allocate",
  "proxy_on_context_create",
  "proxy_on_configure",
  "proxy_on_request_headers",
  "proxy_get_property",
  "proxy_get_buffer_bytes",
  "proxy_get_header_map_value",
  "proxy_replace_header_map_value",
];
