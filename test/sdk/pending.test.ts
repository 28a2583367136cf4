import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compileCleanly } from "./compile-filter.ts";
import { FakeHost } from "./fake-host.ts";

// What Envoy does not do, or not often enough: hosts that tell calls to streams, calls without end, foreign functions.

describe("a call that a filter waits for", () => {
  let wasm: Uint8Array;
  let host: FakeHost;
  let root: number;
  let token: number;
  let effective: number[];

  beforeAll(async () => {
    wasm = await compileCleanly("pending");
  });

  beforeEach(() => {
    token = 0;
    effective = [];
    host = new FakeHost(wasm, "pending", {
      proxy_http_call: (...values: number[]) => {
        host.writeNumber(values[9] ?? 0, (token += 4));
        return 0;
      },
      proxy_set_effective_context: (id: number) => {
        effective.push(id);
        return 0;
      },
      proxy_continue_stream: () => 0,
    });
    root = host.configure("").id;
  });

  const answer = (id: number, call: number, headers = 1): number =>
    host.call("proxy_on_http_call_response", id, call, headers, 0, 0);

  test.each(["root context", "stream"])("is answered whether the host tells the %s", (who) => {
    const stream = host.request(root);
    effective.length = 0;
    answer(who === "stream" ? stream : root, 8);
    expect(host.logs).toEqual(["1 answers, resumed: 0, 1000"]);
    expect(effective).toEqual(who === "stream" ? [] : [stream]);
  });

  test("is answered once, whatever the host does, and failed when there are no headers", () => {
    host.request(root);
    answer(root, 4, 0);
    answer(root, 8);
    answer(root, 8);
    answer(root, 4);
    answer(root, 12);
    expect(host.logs).toEqual(["failed", "1 answers, resumed: 0, 1000"]);
  });

  test("is forgotten with its stream", () => {
    const streams = [host.request(root), host.request(root)];
    host.end(streams[0] ?? 0);
    answer(root, 8);
    expect(host.logs).toEqual([]);
    answer(root, 16);
    expect(host.logs).toEqual(["1 answers, resumed: 0, 1000"]);
  });

  test("leaves no memory behind, answered, late or never", () => {
    const run = (streams: number): void => {
      const open: { stream: number; call: number }[] = [];
      for (let i = 0; i < streams; ++i) {
        open.push({ stream: host.request(root), call: token });
        if (open.length < 300) continue;
        const [{ stream, call } = { stream: 0, call: 0 }] = open.splice((i * 7) % open.length, 1);
        // One call of two is answered in time, one of four late; the others never are.
        if (i % 2 === 0) answer(root, call);
        host.end(stream);
        if (i % 4 === 1) answer(root, call - 4);
      }
      for (const { stream } of open) host.end(stream);
      host.logs.length = 0;
    };
    run(3000);
    const warm = host.memoryBytes;
    run(12_000);
    expect(host.memoryBytes).toBe(warm);
  });
});

test("a host calls a filter in its own words", async () => {
  const wasm = await compileCleanly("pending");
  const host: FakeHost = new FakeHost(wasm, "pending", {
    proxy_get_buffer_bytes: (type: number, _start: number, _length: number, address: number, size: number) =>
      type === 8 ? host.give(Uint8Array.of(1, 2, 255), address, size) : 0,
    proxy_http_call: () => 0,
    proxy_set_effective_context: () => 0,
    proxy_continue_stream: () => 0,
  });
  const { id } = host.configure("");
  host.call("proxy_on_foreign_function", id, 42, 3);
  host.call("proxy_on_foreign_function", id + 1, 42, 3);
  expect(host.logs).toEqual(["function 42 of 1,2,255"]);
});
