import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileFilter } from "./compile-filter.ts";
import { type Stage, startEnvoy } from "./envoy-stage.ts";
import { type Request, send, sendAndSee, startUpstream } from "./traffic.ts";

// filters/probe.ts does to a stream what its header x-probe names, and reports what the host answered in x-result.

const envoy = await partOrReason("envoy");

describe.skipIf("reason" in envoy)("an HTTP filter in Envoy", () => {
  let stage: Stage;
  let upstream: Awaited<ReturnType<typeof startUpstream>>;

  beforeAll(async () => {
    const { wasm } = await compileFilter("probe");
    upstream = await startUpstream();
    stage = await startEnvoy("path" in envoy ? envoy.path : "", upstream.port, [
      { name: "probe", wasm, rootId: "probe", configuration: "grüße", vmConfiguration: "of the VM" },
      { name: "restricted", wasm, rootId: "restricted", capabilities: barelyAlive },
    ]);
  });

  afterAll(async () => {
    await stage.stop();
    await upstream.close();
  });

  const see = (probe: string, request: Request = {}) =>
    sendAndSee(stage.port("probe"), { ...request, headers: { ...request.headers, "x-probe": probe } });
  const result = async (probe: string, request: Request = {}) => (await see(probe, request)).headers["x-result"];
  const answer = (probe: string, request: Request = {}) =>
    send(stage.port("probe"), { ...request, headers: { ...request.headers, "x-probe": probe } });

  describe("configuration", () => {
    test("reaches the root context as text and as bytes, the VM's too", () => {
      expect(stage.log()).toContain('configuration: "grüße" of 7 bytes');
      expect(stage.log()).toContain('vm configuration: "of the VM"');
    });
  });

  describe("headers", () => {
    test("say whether a body follows", async () => {
      expect(await result("end-of-stream")).toBe("end");
      expect(await result("end-of-stream", { body: "x" })).toBe("more");
    });

    test("that are missing are null, and empty ones are empty", async () => {
      const headers = { "x-empty": "", "x-many": ["1", "2"] };
      expect(await result("lookup", { headers })).toBe('null "" "1" false true null');
    });

    test("keep bytes that are not UTF-8, which show as U+FFFD in text", async () => {
      const seen = await see("bytes", { headers: { "x-bytes": "a\xffb\xc3\xbc\xe2\x82" } });
      expect(seen.headers).toMatchObject({ "x-result": "61ff62c3bce282", "x-set": "\xff\x80A\xc3, \xfe" });
      expect(Buffer.from(seen.headers["x-text"] ?? "", "latin1").toString()).toBe('"a\ufffdbü\ufffd\ufffd"');
    });

    test("are set, added and removed", async () => {
      const { headers } = await see("edit", { headers: { "x-old": "1", "x-gone": "1", "x-empty": "x" } });
      expect(headers).toMatchObject({ "x-old": "new, added", "x-absent": "set", "x-empty": "", "x-result": "0 0" });
      expect(headers).not.toHaveProperty("x-gone");
    });

    test("are listed in order, a value each", async () => {
      const report = await result("all", { headers: { "x-all-a": ["1", "\xff"], "x-all-b": "" } });
      expect(Buffer.from(report ?? "", "latin1").toString()).toBe("x-all-a=1:31 x-all-a=\ufffd:ff x-all-b=:");
    });

    test("are replaced all at once", async () => {
      const { headers } = await see("replace-all", { headers: { "x-other": "1" } });
      expect(headers["x-only"]).toBe(`${Buffer.from("grüße").toString("latin1")}, \xff`);
      expect(headers).not.toHaveProperty("x-other");
    });

    test("larger than the SDK's buffers pass whole", async () => {
      const large = "y".repeat(12_000);
      const { headers } = await see("large", { headers: { "x-large": large } });
      expect(headers).toMatchObject({ "x-copy": large, "x-bytes-copy": large, "x-result": "true" });
    });

    test("and bodies asked for before they are there are a status, not a trap", async () => {
      expect(await result("too-early")).toBe('null 2 2 2 0 2 "" 0 2 null 2');
    });

    test("of the response are changed, its status too", async () => {
      const { status, headers } = await answer("response");
      expect(status).toBe(203);
      expect(headers).toMatchObject({ "x-status": '"200"', "x-end": "false", "x-bytes": "\xffA" });
      expect(headers).not.toHaveProperty("x-upstream");
    });
  });

  describe("bodies", () => {
    test.each([
      { probe: "body-set", body: "all new: grüße" },
      { probe: "body-append", body: "0123456789<" },
      { probe: "body-prepend", body: ">0123456789" },
      { probe: "body-splice", body: "01-----56789" },
      { probe: "body-head", body: "HEAD23456789" },
      { probe: "body-tail", body: "01234567TAIL" },
      { probe: "body-end", body: "0123456789END" },
      { probe: "body-clear", body: "" },
      { probe: "body-empty", body: '""' },
      { probe: "body-ranges", body: '"234" "89" "" "" "" 2' },
    ])("$probe", async ({ probe, body }) => {
      const seen = await see(probe, { body: "0123456789" });
      expect(Buffer.from(seen.body, "latin1").toString()).toBe(body);
    });

    test("keep bytes that are not text", async () => {
      const { body } = await see("body-bytes", { body: Buffer.from([0, 255, 10]) });
      expect(body).toBe("3 3 00ff0a\0\xff");
    });

    test("paused until they are whole can be large", async () => {
      const body = Buffer.alloc(300_000, "0123456789");
      expect((await see("body-large", { body })).body).toBe("9876543210".repeat(30_000));
    });

    test("of the response are rewritten, whole or chunk by chunk", async () => {
      const headers = { "x-answer": "text" };
      expect((await answer("response-body", { headers })).body.toString()).toBe("11 HELLO WORLD");
      expect((await answer("response-body-stream", { headers })).body.toString()).toMatch(/^Hello \|?world\|+$/);
    });
  });

  describe("trailers", () => {
    test("of the request are read and changed", async () => {
      const headers = { "transfer-encoding": "chunked" };
      const trailers = { "x-sum": "5", "x-gone": "1" };
      const seen = await see("trailers", { body: "x", headers, trailers });
      expect(seen.trailers).toEqual({ "x-sum": "5", "x-seen": '"5" null', "x-added": "1" });
    });

    test("of the response are read and changed", async () => {
      const { trailers } = await answer("response-trailers", { headers: { "x-answer": "trailers" } });
      expect(trailers).toEqual({ "x-check": "7", "x-seen": '"7"' });
    });
  });

  describe("a local reply", () => {
    test("answers in the upstream's place, with headers and text", async () => {
      const { status, headers, body } = await answer("local-reply");
      expect(status).toBe(418);
      expect(body.toString()).toBe("no coffee: grüße");
      expect(headers).toMatchObject({ "x-a": "1, 2", "x-bytes": "\xff" });
      expect(headers).not.toHaveProperty("x-upstream");
      await stage.logged("local reply: 0");
    });

    test("can have a body of bytes", async () => {
      expect((await answer("local-reply-bytes")).body).toEqual(Buffer.from([0, 1, 255]));
    });

    test("carries a gRPC status to a gRPC request", async () => {
      const { headers } = await answer("local-reply-grpc", { headers: { "content-type": "application/grpc" } });
      expect(headers).toMatchObject({ "grpc-status": "8", "grpc-message": "slow down" });
    });

    test("can come later, from another context's callback", async () => {
      const { status, body } = await answer("late-reply");
      expect([status, body.toString()]).toEqual([202, "later"]);
    });
  });

  describe("a local reply at the wrong time", () => {
    test("is refused after another", async () => {
      expect((await answer("reply-twice")).status).toBe(201);
      await stage.logged("replied: 0 2 2");
      await stage.logged("after the reply: 2 2");
    });

    test("takes the upstream's place when its headers have come", async () => {
      const { status, headers } = await answer("reply-in-response");
      expect([status, headers["x-late"]]).toEqual([502, "1"]);
    });

    test("resets the stream when the headers have gone", async () => {
      await expect(answer("reply-in-body")).rejects.toThrow("aborted");
    });

    test("is refused when the stream has ended", async () => {
      expect((await answer("reply-in-log")).status).toBe(200);
      await stage.logged("after all: 2");
    });
  });

  describe("properties", () => {
    test("are read, and set, and null when there is none", async () => {
      const report = Buffer.from((await result("properties", { path: "/a?b" })) ?? "", "latin1").toString();
      expect(report).toBe('"/a?b" null null null true -1 -2 false true 0 "grüße" 0 00ff "probe"');
    });

    test("the clock is the host's", async () => {
      expect(Math.abs(Number(await result("time")) - Date.now())).toBeLessThan(60_000);
    });
  });

  test("logs by level", async () => {
    await see("log");
    await stage.logged("xxxend");
    const log = stage.log();
    expect(log).toMatch(/\[trace\].* a trace\n/);
    expect(log).toMatch(/\[debug\].* a debug\n/);
    expect(log).toMatch(/\[info\].* an info: grüße 😀\n/);
    expect(log).toMatch(/\[warning\].* a warning\n/);
    expect(log).toMatch(/\[error\].* an error\n/);
    expect(log).toMatch(/\[critical\].* a critical\n/);
    expect(log).toMatch(/ x{10000}end\n/);
  });

  test("a paused request goes on when another context's callback resumes it", async () => {
    expect((await see("resume")).headers["x-probe"]).toBe("resume");
    await stage.logged("resumed: 0");
  });

  test("a paused response goes on when another context's callback resumes it, once", async () => {
    expect((await answer("resume-response")).status).toBe(200);
    await stage.logged("response resumed: 0 2");
  });

  test("a stream's end is told: log, done, delete", async () => {
    await answer("last-words");
    await stage.logged("probe: delete");
    const said = [...stage.log().matchAll(/probe: (done|delete|log "200")\n/g)].map(([, words]) => words);
    expect(said).toEqual(['log "200"', "done", "delete"]);
  });

  test("what is written after a stream's end is a status, and its headers are still to be read", async () => {
    expect((await answer("write-in-log")).status).toBe(200);
    await stage.logged('written: 2 2 2 2 2 2 2 "write-in-log" "" 0 2 1');
  });

  test("a stream reset half way ends, and calls for it find nothing", async () => {
    const controller = new AbortController();
    void stage.logged("hanging").then(() => controller.abort());
    await expect(answer("hang", { signal: controller.signal })).rejects.toThrow("aborted");
    await stage.logged("gone: resume 2, reply 2, done 1");
  });

  test("a request reset in the middle of its body ends", async () => {
    const socket = connect(stage.port("probe"), "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nhost: x\r\nx-probe: last-words\r\ncontent-length: 100\r\n\r\nhalf");
    await stage.logged("probe: half of the body: 4");
    const before = stage.log().split("probe: delete").length;
    socket.destroy();
    await expect.poll(() => stage.log().split("probe: delete").length, { timeout: 5000 }).toBe(before + 1);
  });

  test("host calls that Envoy does not allow are a status, and the request passes", async () => {
    expect((await send(stage.port("restricted"), {})).status).toBe(200);
    await stage.logged('restricted: 10 10 10 10 10 10 2 10 10 null 0 "/" null 0');
  });

  test("shuts down without a trap, with a request in flight", async () => {
    const before = stage.log().split("probe: hanging").length;
    const hanging = answer("hang").catch((error: unknown) => String(error));
    await expect.poll(() => stage.log().split("probe: hanging").length, { timeout: 5000 }).toBe(before + 1);
    const { log, status } = await stage.stop();
    expect(await hanging).toMatch(/socket hang up|ECONNRESET/);
    expect(status).toBe(0);
    expect(log).not.toMatch(/abort: |Function: proxy_|\[critical\]\[(?!wasm)/);
  });
});

const barelyAlive = [
  "proxy_log",
  "proxy_on_memory_allocate",
  "proxy_on_context_create",
  "proxy_on_request_headers",
  "proxy_get_property",
];
