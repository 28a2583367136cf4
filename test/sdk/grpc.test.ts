import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileCleanly } from "./compile-filter.ts";
import { type Stage, startEnvoy } from "./envoy-stage.ts";
import { type GrpcServer, startGrpcServer } from "./grpc-server.ts";
import { send, sendAndSee, startUpstream } from "./traffic.ts";

// filters/grpc.ts makes the gRPC call, or opens the gRPC stream, that a stream's header x-probe names.

const envoy = await partOrReason("envoy");

describe.skipIf("reason" in envoy)("in Envoy", () => {
  let stage: Stage;
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  let server: GrpcServer;
  let wasm: Uint8Array;

  beforeAll(async () => {
    wasm = await compileCleanly("grpc");
    upstream = await startUpstream();
    server = await startGrpcServer();
    stage = await startEnvoy("path" in envoy ? envoy.path : "", upstream.port, [grpc("grpc"), grpc("going")], {
      clusters: [
        { name: "grpc", port: server.port, isHttp2: true },
        { name: "users", port: server.port, isHttp2: true },
      ],
    });
  });

  afterAll(async () => {
    await stage.stop();
    await upstream.close();
    await server.close();
  });

  const grpc = (name: string) => ({ name, wasm, rootId: "grpc", configuration: name, vmId: "grpc" });
  const result = async (probe: string): Promise<string> => {
    const { headers } = await sendAndSee(stage.port("grpc"), { headers: { "x-probe": probe } });
    return Buffer.from(headers["x-result"] ?? "", "latin1").toString();
  };
  const answer = (probe: string, signal?: AbortSignal) =>
    send(stage.port("grpc"), { headers: { "x-probe": probe }, ...(signal && { signal }) });
  const latest = () => server.calls.at(-1);

  describe("a gRPC call", () => {
    test("carries metadata and a message, and brings back a message", async () => {
      expect(await result("call EchoEnd")).toBe('0 "" GRüßE');
      expect(latest()).toMatchObject({ path: "/lab.Lab/EchoEnd", metadata: { "x-token": "abc", te: "trailers" } });
    });

    test.each([
      { probe: "call Refuse", result: /^7 "not for you\{via_upstream\}"$/ },
      { probe: "call Fail", result: /^9 "no gr%C3%BC%C3%9Fe\{via_upstream\}"$/ },
      { probe: "call Reset", result: /^14 "upstream connect error .*"$/ },
      { probe: "call Hang time-out", result: /^14 "upstream request timeout.*"$/ },
      { probe: "call Echo no-cluster", result: /^refused: 10$/ },
      { probe: "call Hang cancel", result: /^0 2 false$/ },
    ])("that fails is a status: $probe", async ({ probe, result: expected }) => {
      expect(await result(probe)).toMatch(expected);
    });

    test("reaches a cluster whose name Envoy would take for a message, and die of", async () => {
      expect(await result("call EchoEnd users")).toMatch(/^0 /);
    });

    test("whose stream is reset is canceled", async () => {
      const controller = new AbortController();
      void stage.logged("hanging").then(() => controller.abort());
      await expect(answer("call Hang hang", controller.signal)).rejects.toThrow("aborted");
      await expect.poll(() => latest()?.end, { timeout: 5000 }).toMatch(/^reset/);
    });
  });

  describe("a gRPC stream", () => {
    const whole = 'initial first, message M, trailing last, close 0 "via_upstream" 2 2 2';

    test("carries metadata and messages both ways, and can be opened once at a time", async () => {
      expect(await result("EchoEnd plain")).toBe(whole);
      await stage.logged("plain opened: 0 2");
      const metadata = { "x-token": "abc", "x-text": Buffer.from("grüße").toString("latin1") };
      expect(latest()).toMatchObject({ path: "/lab.Lab/EchoEnd", messages: ["m"], metadata });
    });

    test("is talked on until our side ends it", async () => {
      expect(await result("Echo talk")).toMatch(/^initial first, message M, (message N, )+trailing last, close 0/);
    });

    test("ends without a message, or with one", async () => {
      expect(await result("Echo close root")).toBe("0 2 2");
      await stage.logged('close: initial first, trailing last, close 0 "via_upstream" 2 2 2');
      expect(await result("Echo end-with-message root")).toBe("0 2");
      await expect.poll(() => latest()?.end, { timeout: 5000 }).toBe("closed");
    });

    test("can be opened anew from its last callback", async () => {
      expect(await result("EchoEnd again")).toBe(`${whole}, opened anew 0, ${whole.replace("M", "A")}`);
    });

    test.each([
      { probe: "Refuse plain", result: /^initial null, trailing null, close 7 "not for you\{via_upstream\}" 2 2 2$/ },
      { probe: "Fail close", result: /^0 2 2$/ },
      { probe: "Reset plain", result: /^initial null, trailing null, close 14 "upstream connect error/ },
      { probe: "Echo no-cluster", result: /^refused: 10 2 2$/ },
    ])("that fails is a status: $probe", async ({ probe, result: expected }) => {
      expect(await result(probe)).toMatch(expected);
    });

    test("is given up at once", async () => {
      expect(await result("Hang cancel-at-once")).toBe("0 2");
      await expect.poll(() => server.calls.every(({ path, end }) => path !== "/lab.Lab/Hang" || end !== "")).toBe(true);
    });

    test.each([
      { probe: "Burst cancel-in-message", result: "initial first, message m0; 0 2" },
      { probe: "BurstEnd cancel-in-message", result: "initial first, message m0; 0 2" },
      { probe: "Refuse cancel-in-initial", result: "initial null; 0 2" },
      { probe: "EchoEnd cancel-in-trailing", result: "initial first, message M, trailing last; 0 2" },
    ])("is given up in its own callback, and no other hears of it: $probe", async ({ probe, result: expected }) => {
      expect(await result(probe)).toBe(expected);
      const { end } = latest() ?? {};
      await result("call EchoEnd");
      expect(stage.log()).not.toContain("heard by another");
      expect(end).toBeDefined();
    });

    test("that was given up is canceled with the next callback about another", async () => {
      const streams = (): readonly string[] =>
        server.calls.filter(({ path }) => path.endsWith("/Forever")).map(({ end }) => end);
      await result("Forever cancel-in-initial");
      expect(streams()).toEqual([""]);
      await result("call EchoEnd");
      await expect.poll(streams, { timeout: 5000 }).toEqual([expect.stringMatching(/^reset/)]);
    });

    test.each(["reply", "reset"])("lets a callback end the stream that it belongs to: %s", async (how) => {
      const outcome = await answer(`Burst ${how}`).then(({ status, body }) => `${status} ${body.toString()}`, String);
      expect(outcome).toMatch(how === "reply" ? /^203 initial first, message m0$/ : /socket hang up/);
      await result("call EchoEnd");
      await expect
        .poll(() => server.calls.find(({ path, end }) => path === "/lab.Lab/Burst" && end === ""))
        .toBe(undefined);
    });

    test("of a configuration lives until that goes, whether the server has ended it or not", async () => {
      const probe = (words: string) => send(stage.port("going"), { headers: { "x-probe": words } });
      await probe("EchoEnd of-root root");
      await probe("Echo of-root root");
      await stage.logged("of-root: initial first, message M, trailing last, close 0");
      const open = () => server.calls.filter(({ path, end }) => path === "/lab.Lab/Echo" && end === "");
      expect(open()).toHaveLength(1);
      await stage.replaceListeners([grpc("grpc")]);
      await expect.poll(open, { timeout: 5000 }).toHaveLength(0);
      expect(await result("EchoEnd plain")).toBe(whole);
    });

    test("in flight does not keep Envoy from its end", async () => {
      await answer("Echo of-root root");
      const { log, status } = await stage.stop();
      expect(status).toBe(0);
      expect(log).not.toMatch(/abort: |Function: proxy_|\[critical\]\[(?!wasm)/);
    });
  });
});
