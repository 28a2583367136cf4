import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileCleanly } from "./compile-filter.ts";
import { type Stage, startEnvoy } from "./envoy-stage.ts";
import { type Request, send, startUpstream } from "./traffic.ts";

// filters/resets.ts breaks streams off, drops and holds bodies, as a stream's header x-probe says. Envoy 1.40 dies of a
// stream that is broken off twice, or answered and broken off, or broken off when it has ended.

const envoy = await partOrReason("envoy");

describe.skipIf("reason" in envoy)("an HTTP stream in Envoy", () => {
  let stage: Stage;
  let upstream: Awaited<ReturnType<typeof startUpstream>>;

  beforeAll(async () => {
    const wasm = await compileCleanly("resets");
    upstream = await startUpstream();
    stage = await startEnvoy("path" in envoy ? envoy.path : "", upstream.port, [
      { name: "resets", wasm, rootId: "resets" },
    ]);
  });

  afterAll(async () => {
    await stage.stop();
    await upstream.close();
  });

  const answer = (probe: string, request: Request = {}) =>
    send(stage.port("resets"), { ...request, headers: { ...request.headers, "x-probe": probe } });

  describe("is broken off once, and nothing can be done to it then", () => {
    test.each([
      "request-headers pause",
      "request-headers continue",
      "request-body pause",
      "request-body continue",
      "response-headers pause",
      "response-headers continue",
      "response-body pause",
      "response-body continue",
      "timer",
    ])("%s", async (probe) => {
      await expect(answer(probe, { body: "a body" })).rejects.toThrow(/socket hang up|aborted/);
      await stage.logged(`${probe}: 0 2 2 2 2 2`);
      expect((await answer("")).status).toBe(200);
    });
  });

  test.each(["log", "delete"])("is not broken off in its last callbacks: %s", async (probe) => {
    expect((await answer(probe)).status).toBe(200);
    await stage.logged(`${probe}: 2 2 2 2 2 2`);
  });

  test("is not broken off when it was answered", async () => {
    expect((await answer("reply first")).status).toBe(203);
    await stage.logged("reply first: 0 2 0");
  });

  test.each(["/", "/direct"])("is resumed and broken off in one callback: %s", async (path) => {
    await expect(answer("timer resume first", { path })).rejects.toThrow("socket hang up");
    await stage.logged("timer resume first: 0 0");
  });

  describe("whose body", () => {
    const megabytes = Buffer.alloc(3_000_000, "x");
    const seen = async (probe: string, request: Request): Promise<string> => {
      const { status, body } = await answer(probe, request);
      return status === 200 ? (JSON.parse(body.toString()) as { body: string }).body : String(status);
    };

    test("is dropped chunk by chunk may be larger than Envoy's buffers", async () => {
      expect(await seen("body dropped", { body: megabytes })).toBe("3000000 dropped");
    });

    test("is held without a limit comes whole when it is resumed", async () => {
      expect(await seen("body held", { body: megabytes })).toHaveLength(3_000_000);
      await stage.logged("resumed: 0");
    });

    test("is paused is there for a call's answer to see and to change", async () => {
      expect(await seen("body seen late, paused", { body: "body" })).toBe("body!");
      await stage.logged("body seen late, paused: 4 body 0, 0");
    });

    test("is held without a limit is not there then, and goes on as it was", async () => {
      expect(await seen("body seen late, held", { body: "body" })).toBe("body");
      await stage.logged("body seen late, held: 0 null 2, 0");
    });

    test("in the response is dropped", async () => {
      const { body } = await answer("response dropped", { headers: { "x-answer": "text" } });
      expect(body.toString()).toBe("");
    });
  });

  test("is paused in its headers by what only bodies can be answered with", async () => {
    expect((await answer("discard in headers")).status).toBe(200);
  });

  test("has left Envoy alive", async () => {
    const { log, status } = await stage.stop();
    expect(status).toBe(0);
    expect(log).not.toMatch(/abort: |Function: proxy_|envoy bug|\[critical\]\[(?!wasm)/);
  });
});
