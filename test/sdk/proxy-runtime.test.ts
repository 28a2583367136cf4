import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { startCallServer, type CallServer } from "./call-server.ts";
import { compileCleanly } from "./compile-filter.ts";
import { connectTo, startEchoServer } from "./echo-server.ts";
import { type Stage, type StageListener, startEnvoy } from "./envoy-stage.ts";
import { send, sendAndSee, startUpstream } from "./traffic.ts";

// Filters in filters/proxy-runtime, written as for @solo-io/proxy-runtime in its several versions, in Envoy.

const envoy = await partOrReason("envoy");
const names = ["auth", "bodies", "first-version", "headers", "service", "tcp"] as const;

describe.skipIf("reason" in envoy)("a filter for @solo-io/proxy-runtime", () => {
  let stage: Stage;
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  let echo: Awaited<ReturnType<typeof startEchoServer>>;
  let calls: CallServer;
  let listeners: readonly StageListener[];

  beforeAll(async () => {
    const modules = new Map<string, Uint8Array>();
    for (const name of names) modules.set(name, await compileCleanly(`proxy-runtime/${name}`));
    const wasm = (name: (typeof names)[number]): Uint8Array => modules.get(name) ?? new Uint8Array();
    [upstream, calls, echo] = [await startUpstream(), await startCallServer(), await startEchoServer("hi ")];
    const shared = { wasm: wasm("headers"), rootId: "headers", vmId: "one VM" };
    listeners = [
      { ...shared, name: "plain" },
      { ...shared, name: "blue", configuration: "blue" },
      { ...shared, name: "grün", configuration: "grün" },
      { name: "first", wasm: wasm("first-version"), rootId: "first", configuration: "of the first" },
      { name: "auth", wasm: wasm("auth"), rootId: "auth", configuration: "auth" },
      { name: "lost", wasm: wasm("auth"), rootId: "auth", configuration: "no such cluster" },
      { name: "bodies", wasm: wasm("bodies"), rootId: "bodies" },
      { name: "service", wasm: wasm("service"), rootId: "service", vmConfiguration: "four" },
      { name: "tcp", kind: "tcp", cluster: "echo", wasm: wasm("tcp"), rootId: "tcp", configuration: "a" },
    ];
    stage = await startEnvoy("path" in envoy ? envoy.path : "", upstream.port, listeners, {
      clusters: [
        { name: "auth", port: calls.port },
        { name: "echo", port: echo.port },
      ],
    });
  });

  afterAll(async () => {
    await stage.stop();
    await upstream.close();
    await calls.close();
    await echo.close();
  });

  const hello = async (listener: string): Promise<string> => {
    const { headers } = await send(stage.port(listener), {});
    return Buffer.from(headers["hello"] ?? "", "latin1").toString();
  };

  describe("that adds a header", () => {
    test("has its configuration, and each of several in one VM has its own", async () => {
      const rounds = await Promise.all([1, 2, 3].flatMap(() => ["plain", "blue", "grün"].map((name) => hello(name))));
      expect(rounds).toEqual([1, 2, 3].flatMap(() => ["world!", "blue", "grün"]));
      expect(stage.log()).toContain("configured with 5 bytes");
    });

    test("reads and changes headers, and is told their number", async () => {
      const headers = { "x-old": "1", "x-gone": "1", "x-bytes": "\xff\xfe" };
      const seen = await sendAndSee(stage.port("blue"), { headers });
      expect(seen.headers).toMatchObject({ "x-old": "new", "x-count": "true", "x-end": "true", "x-length": "2" });
      expect(seen.headers["x-missing"]).toBe('""');
      expect(seen.headers).not.toHaveProperty("x-gone");
    });

    test("answers by itself", async () => {
      const { status, headers, body } = await send(stage.port("plain"), { path: "/denied" });
      expect([status, body.toString()]).toEqual([403, "not here"]);
      expect(Buffer.from(headers["x-why"] ?? "", "latin1").toString()).toBe("grüße");
    });

    test("sees the stream once more for the log", async () => {
      await send(stage.port("plain"), { path: "/logged" });
      expect(await stage.logged("seen /logged")).toContain("wasm log");
    });

    test("refuses a configuration", async () => {
      const bad = listeners.map((listener) =>
        listener.name === "blue" ? { ...listener, configuration: "bad" } : listener,
      );
      expect(await stage.refuseListeners(bad)).toContain("blue");
      expect(await hello("blue")).toBe("blue");
    });

    test("goes on when another of its VM is taken away", async () => {
      await stage.replaceListeners(listeners.filter(({ name }) => name !== "grün"));
      await stage.logged("gone: grün");
      expect([await hello("blue"), await hello("plain")]).toEqual(["blue", "world!"]);
      await stage.replaceListeners(listeners);
      expect(await hello("grün")).toBe("grün");
    });
  });

  test("of the first version runs as it is", async () => {
    const { headers } = await send(stage.port("first"), {});
    expect(headers).toMatchObject({ hello: "of the first/", "x-stream": "true" });
  });

  describe("that asks another service", () => {
    const ask = (check: string, listener = "auth") =>
      send(stage.port(listener), { headers: { "x-check": check }, body: "the body" });

    test("holds the request with its body until it is answered, and continues it", async () => {
      const { status, body } = await ask("/yes");
      const seen = JSON.parse(body.toString()) as { headers: Record<string, string>; body: string };
      expect([status, seen.headers["x-authorized"], seen.body]).toEqual([200, "an answer", "the body"]);
      expect(calls.asked.at(-1)).toMatchObject({ method: "GET", path: "/yes", body: "who is it?" });
      expect(stage.log()).toContain("answered 200 true 1");
      expect(stage.log()).toContain("a body, allowed: true");
      expect(stage.log()).not.toContain("a body, allowed: false");
    });

    test("is told that a request it continues twice is not paused", async () => {
      await ask("/yes");
      expect(await stage.logged("again: ")).toContain("again: 2");
    });

    test("answers the request when the call fails", async () => {
      const { status, body } = await ask("/reset");
      expect([status, body.toString()]).toEqual([401, "no"]);
    });

    test.each([
      { what: "there is no such cluster", listener: "lost", check: "/yes" },
      { what: "a header is missing that calls need", listener: "auth", check: "/no-path" },
    ])("is told that $what", async ({ listener, check }) => {
      const { status, body } = await ask(check, listener);
      expect([status, body.toString()]).toEqual([500, "refused with 2"]);
    });

    test("is not called back for a stream that is gone", async () => {
      const client = new AbortController();
      const request = send(stage.port("auth"), { headers: { "x-check": "/hang" }, signal: client.signal });
      await expect.poll(() => calls.hanging.length).toBe(1);
      client.abort();
      await expect(request).rejects.toThrow("abort");
      calls.hanging[0]?.end("late");
      expect((await ask("/yes")).status).toBe(200);
      expect(stage.log()).not.toContain("answered 200 true 0");
    });
  });

  test("reads a body, and changes it by what this SDK has for that", async () => {
    const { body } = await sendAndSee(stage.port("bodies"), { body: "a body" });
    expect(body).toBe("A BODY");
    expect(stage.log()).toContain("body of 6: 6,  b");
  });

  test("changes trailers", async () => {
    const { trailers } = await send(stage.port("bodies"), { headers: { "x-answer": "trailers" } });
    expect(trailers).toEqual({ "x-check": "8, after 2" });
  });

  describe("with work of its own", () => {
    test("is started, ticks, and calls from its root context", async () => {
      await stage.logged("started with 4 bytes");
      await stage.logged("fetched for ");
      expect(stage.log()).toContain("stale: 8");
      expect(calls.asked).toContainEqual(expect.objectContaining({ path: "/fetch", method: "GET" }));
    });

    test("has shared data, properties, metrics, queues and foreign functions", async () => {
      const { headers } = await sendAndSee(stage.port("service"), { path: "/queued" });
      expect(headers).toMatchObject({ "x-answer": "an answer 1", "x-open": "4", "x-property": "GET", "x-set": "0" });
      expect(headers).toMatchObject({ "x-no-property": "0", "x-foreign": "0", "x-no-queue": "1", "x-level": "true" });
      expect(headers["x-metric"]).toBe("2");
      await stage.logged("queued: /queued");
      await stage.logged("queue at its end: 7");
      await expect.poll(() => stage.statistic("old_requests")).toBe(2);
      expect(stage.log()).toContain('call_foreign_function("no_such_function"): the host refused, with status 1');
    });
  });

  test("of TCP connections is called for these", async () => {
    const client = connectTo(stage.port("tcp"));
    await client.got("hi ");
    client.socket.write("there");
    await client.got("there");
    client.socket.end();
    await client.closed;
    expect(await stage.logged("a down: ")).toContain("there");
    await stage.logged("up: there");
    await stage.logged("closed by ");
    await stage.logged("done true");
  });

  test("traps nowhere, and leaves Envoy to end in peace", async () => {
    const { status, log } = await stage.stop();
    expect(status).toBe(0);
    expect(log).not.toMatch(/abort: |Function: proxy_|envoy bug|not found/);
  });
});
