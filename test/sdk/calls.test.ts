import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { startCallServer } from "./call-server.ts";
import { compileCleanly } from "./compile-filter.ts";
import { type Stage, startEnvoy } from "./envoy-stage.ts";
import { type Request, send, sendAndSee, startUpstream } from "./traffic.ts";

// filters/calls.ts makes the HTTP call that a stream's header x-probe names.

const envoy = await partOrReason("envoy");

describe.skipIf("reason" in envoy)("an HTTP call in Envoy", () => {
  let stage: Stage;
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  let server: Awaited<ReturnType<typeof startCallServer>>;
  let wasm: Uint8Array;

  beforeAll(async () => {
    wasm = await compileCleanly("calls");
    upstream = await startUpstream();
    server = await startCallServer();
    const listeners = [calls("calls"), calls("going"), calls("waiting")];
    const restricted = { ...calls("restricted"), vmId: "restricted", capabilities: allButCalls };
    stage = await startEnvoy("path" in envoy ? envoy.path : "", upstream.port, [...listeners, restricted], {
      clusters: [
        { name: "calls", port: server.port },
        { name: "closed", port: 1 },
      ],
    });
  });

  afterAll(async () => {
    await stage.stop();
    await upstream.close();
    await server.close();
  });

  const calls = (name: string) => ({ name, wasm, rootId: "calls", configuration: name, vmId: "calls" });
  const see = (probe: string, request: Request = {}) =>
    sendAndSee(stage.port("calls"), { ...request, headers: { "x-probe": probe } });
  const answer = (probe: string, request: Request = {}) =>
    send(stage.port("calls"), { ...request, headers: { "x-probe": probe } });

  test("carries method, path, authority, headers and body, and brings back status, headers, body and trailers", async () => {
    const seen = await see("whole");
    expect(seen.headers["x-result"]).toBe("200 yes null an answer n a 7 2 /");
    const asked = server.asked.find(({ path }) => path === "/whole?a=b");
    expect(asked).toMatchObject({ method: "POST", body: Buffer.from("grüße").toString("latin1") });
    expect(asked?.headers.join()).toMatch(/^host,whole\.example,x-a,1,x-a,2,x-bytes,\xff,content-length,7,/);
  });

  test("is sent without the trailers that Envoy leaves out", async () => {
    expect((await see("trailers")).headers["x-result"]).toBe("200");
    expect(server.asked.find(({ path }) => path === "/trailers")?.trailers).toEqual([]);
  });

  test("has a response that is empty once its callback is over, and no trap", async () => {
    const { headers } = await answer("whole");
    expect(headers["x-kept"]).toBe("0 0 0 null");
  });

  test("lets its callback answer the stream that waits for it, or break it off", async () => {
    const { status, body } = await answer("reply");
    expect([status, body.toString()]).toEqual([203, "from a call"]);
    await expect(answer("reset-owner")).rejects.toThrow("socket hang up");
    await stage.logged("reset: 0");
  });

  test("lets its callback read and change the body that waits for it", async () => {
    const { status, body } = await answer("body", { body: "mine" });
    expect([status, JSON.parse(body.toString())]).toMatchObject([200, { body: "mine and an answer" }]);
  });

  test("can be sent again from its callback", async () => {
    await see("chain");
    await expect(stage.logged("chain: 3 answers, resumed: 0")).resolves.toContain("wasm log");
  });

  test("is one of many that a stream waits for", async () => {
    await see("many");
    await expect(stage.logged("many: 50 answers, resumed: 0")).resolves.toContain("wasm log");
  });

  test("can be a timer's, and resume a stream", async () => {
    await see("timer");
    await stage.logged("sent by a timer: 0");
    await expect(stage.logged("timer: 1 answers, resumed: 0")).resolves.toContain("wasm log");
  });

  test("is not sent twice at a time", async () => {
    await see("twice");
    await expect(stage.logged("sent twice: 0 2 true")).resolves.toContain("wasm log");
  });

  test.each([
    { probe: "no-cluster", result: "refused: 2" },
    { probe: "too-long", result: "refused: 2" },
    { probe: "no-host", result: "503" },
    { probe: "time-out", result: "504" },
    { probe: "reset", result: "failed" },
  ])("that fails is a status: $probe", async ({ probe, result }) => {
    expect((await see(probe)).headers["x-result"]).toBe(result);
  });

  test("is refused where the host does not allow it", async () => {
    const request = { headers: { "x-probe": "whole" } };
    expect((await sendAndSee(stage.port("restricted"), request)).headers["x-result"]).toBe("refused: 10");
  });

  test("whose stream is reset is forgotten", async () => {
    const controller = new AbortController();
    void stage.logged("hanging").then(() => controller.abort());
    await expect(answer("hang", { signal: controller.signal })).rejects.toThrow("aborted");
    await stage.logged("hung up");
    const hanging = server.hanging.splice(0);
    expect(hanging.length).toBeGreaterThan(0);
    for (const response of hanging) response.end("late");
    // Envoy has the late answer before this one.
    await see("whole");
    expect(stage.log()).not.toContain("answered after all");
  });

  test("is sent from a stream's last callback too", async () => {
    await answer("last-words");
    await stage.logged("last words: 0");
    await expect.poll(() => server.asked.map(({ path }) => path), { timeout: 5000 }).toContain("/last-words");
  });

  test("of a configuration that goes is forgotten, or waited for when onDone says so", async () => {
    await stage.replaceListeners([calls("calls")]);
    await stage.logged("waiting is done: 0");
    await stage.logged("going ends: 0");
    expect(stage.log()).not.toContain("going is done");
  });

  test("in flight does not keep Envoy from its end", async () => {
    const before = stage.log().split("hanging").length;
    const hanging = answer("hang").catch((error: unknown) => String(error));
    await expect.poll(() => stage.log().split("hanging").length, { timeout: 5000 }).toBe(before + 1);
    const { log, status } = await stage.stop();
    expect(await hanging).toMatch(/socket hang up|ECONNRESET/);
    expect(status).toBe(0);
    expect(log).not.toMatch(/abort: |Function: proxy_|\[critical\]\[(?!wasm)/);
  });
});

const allButCalls = [
  "proxy_log",
  "proxy_on_memory_allocate",
  "proxy_on_context_create",
  "proxy_on_configure",
  "proxy_on_request_headers",
  "proxy_get_property",
  "proxy_get_buffer_bytes",
  "proxy_get_header_map_value",
  "proxy_replace_header_map_value",
];
