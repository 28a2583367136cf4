import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bytesSource, describeBytes, readAll } from "#oci";
import { Registry } from "./registry.ts";
import { errorBody, FakeRegistry, type FakeAnswer, type FakeScript } from "./testing.ts";
import { originOf, type TransportOptions } from "./transport.ts";

const open: FakeRegistry[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const registry of open.splice(0)) await registry[Symbol.asyncDispose]();
});

async function serve(script: FakeScript): Promise<FakeRegistry> {
  const fake = await FakeRegistry.start(script);
  open.push(fake);
  return fake;
}

function registryAt({ host }: FakeRegistry, options: TransportOptions = {}): Registry {
  return new Registry(host, { retryDelayMs: 1, ...options });
}

/** Answers one request after the other; the last answer goes on. */
function inTurn(...answers: readonly FakeAnswer[]): FakeScript {
  let next = 0;
  return () => answers[Math.min(next++, answers.length - 1)] ?? "cut";
}

const bytes = Buffer.from("a filter's module");
const blob = describeBytes("application/wasm", bytes);
const me = { get: async () => ({ username: "me", password: "s3cret" }) };

describe("failures that may pass", () => {
  test.each([408, 425, 429, 500, 502, 503, 504])("%i is tried again", async (status) => {
    const fake = await serve(inTurn({ status }, { status }, {}));
    await registryAt(fake).ping();
    expect(fake.asked).toHaveLength(3);
  });

  test("a connection that breaks is tried again", async () => {
    const fake = await serve(inTurn("cut", {}));
    await registryAt(fake).ping();
    expect(fake.asked).toHaveLength(2);
  });

  test.each([400, 403, 404, 405, 409, 418])("%i is not", async (status) => {
    const fake = await serve(inTurn({ status }, {}));
    await expect(registryAt(fake).ping()).rejects.toThrow(`${fake.host} answered ${status} for /v2/`);
    expect(fake.asked).toHaveLength(1);
  });

  test("four failures are the end, with the registry's words", async () => {
    const fake = await serve(() => ({ status: 503, body: errorBody("UNAVAILABLE", "we are moving house") }));
    await expect(registryAt(fake).ping()).rejects.toMatchObject({
      code: "REGISTRY_FAILED",
      message: `${fake.host} answered 503 for /v2/: we are moving house`,
      detail: { status: 503, registry: fake.host, registryCode: "UNAVAILABLE" },
    });
    expect(fake.asked).toHaveLength(4);
  });

  test("too many requests are TOOMANYREQUESTS in the end", async () => {
    const fake = await serve(() => ({ status: 429 }));
    await expect(registryAt(fake).ping()).rejects.toMatchObject({ code: "TOOMANYREQUESTS" });
  });

  test.each(["0", new Date(0).toUTCString()])("Retry-After: %s takes the place of our own pause", async (value) => {
    const fake = await serve(inTurn({ status: 429, headers: { "retry-after": value } }, {}));
    // Our own pause would outlast the test.
    await registryAt(fake, { retryDelayMs: 600_000 }).ping();
    expect(fake.asked).toHaveLength(2);
  });

  test("a pause ends when the person gives up", async () => {
    const controller = new AbortController();
    const fake = await serve(() => {
      setImmediate(() => controller.abort());
      return { status: 503 };
    });
    const ping = registryAt(fake, { retryDelayMs: 600_000 }).ping(controller.signal);
    await expect(ping).rejects.toMatchObject({ name: "AbortError" });
    expect(fake.asked).toHaveLength(1);
  });

  test("a request ends when the person gives up", async () => {
    const controller = new AbortController();
    const fake = await serve(async () => {
      controller.abort();
      return new Promise(() => {});
    });
    await expect(registryAt(fake).ping(controller.signal)).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("refusals", () => {
  test.each([
    { status: 401, code: "UNAUTHORIZED", hint: "wasm login" },
    { status: 403, code: "DENIED", hint: "wasm login" },
    { status: 405, code: "UNSUPPORTED", hint: undefined },
  ])("$status is $code", async ({ status, code, hint }) => {
    const fake = await serve(() => ({ status }));
    const error: unknown = await registryAt(fake)
      .ping()
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code, status });
    expect((error as { hint?: string }).hint?.slice(0, 200) ?? "").toContain(hint ?? "");
  });

  test.each(["<html>Bad gateway</html>", "{", '{"errors": []}', '{"errors": [{"code": 7}]}', '{"errors": "x"}'])(
    "a body of %s does not matter",
    async (body) => {
      const fake = await serve(() => ({ status: 400, body }));
      await expect(registryAt(fake).ping()).rejects.toMatchObject({
        code: "REGISTRY_FAILED",
        message: `${fake.host} answered 400 for /v2/`,
      });
    },
  );

  test("a redirect of a request that sends something is an answer like any other", async () => {
    const elsewhere = await serve(() => ({ status: 201 }));
    const fake = await serve(() => ({ status: 307, headers: { location: `http://${elsewhere.host}/` } }));
    const put = registryAt(fake).repository("me/a").put(blob, bytesSource(bytes));
    await expect(put).rejects.toMatchObject({ code: "REGISTRY_FAILED" });
    expect(elsewhere.asked).toEqual([]);
  });
});

describe("a registry that cannot be reached", () => {
  test("is REGISTRY_UNREACHABLE, and the hint says how to start one", async () => {
    // A port that was free a moment ago.
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await new Promise((resolve) => server.close(resolve));
    await expect(new Registry(host, { retryDelayMs: 1 }).ping()).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      message: `cannot reach ${host}: nothing listens there`,
      hint: expect.stringContaining(`wasm hub serve --listen ${host}`) as string,
      detail: { registry: host, cause: "ECONNREFUSED" },
    });
  });

  test("speaking no TLS is said at once, with the flag that helps", async () => {
    const fake = await serve(() => ({}));
    const port = fake.host.split(":")[1] ?? "";
    // A name that is not the loopback's, but leads there.
    const registry = new Registry(`[::ffff:127.0.0.1]:${port}`, { retryDelayMs: 600_000 });
    await expect(registry.ping()).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      message: expect.stringContaining("TLS failed") as string,
      hint: expect.stringContaining("--plain-http") as string,
    });
  });

  test("that answers with rubbish in place of HTTP is REGISTRY_UNREACHABLE", async () => {
    const server = createServer((socket) =>
      socket
        .on("error", () => {})
        .resume()
        .end("SSH-2.0-OpenSSH_9.2\r\n"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(new Registry(host, { retryDelayMs: 1 }).ping()).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
    });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("originOf()", () => {
  test.each([
    ["localhost:5000", "loopback", "http://localhost:5000"],
    ["127.0.0.1:5000", "loopback", "http://127.0.0.1:5000"],
    ["127.8.0.1", "loopback", "http://127.8.0.1"],
    ["[::1]:5000", "loopback", "http://[::1]:5000"],
    ["hub.example", "loopback", "https://hub.example"],
    ["hub.example:5000", "always", "http://hub.example:5000"],
    ["localhost.example", "loopback", "https://localhost.example"],
    ["127.0.0.1.example:80", "loopback", "https://127.0.0.1.example:80"],
    ["docker.io", "loopback", "https://registry-1.docker.io"],
  ] as const)("%s with plain HTTP %s is %s", (host, plainHttp, expected) => {
    expect(originOf(host, plainHttp).origin).toBe(expected);
  });
});

describe("credentials stay with their registry", () => {
  /** A registry that wants a password, and one that notes what it is told. */
  async function two(redirected: FakeScript): Promise<{ ours: FakeRegistry; theirs: FakeRegistry; told: string[] }> {
    const told: string[] = [];
    const theirs = await serve((request) => {
      if (request.headers.authorization) told.push(request.headers.authorization);
      return redirected(request);
    });
    const ours = await serve(async ({ method, path, headers, body }) => {
      if (!headers.authorization) return { status: 401, headers: { "www-authenticate": 'Basic realm="a"' } };
      if (method === "POST") return { status: 202, headers: { location: `http://${theirs.host}/upload` } };
      await body();
      return { status: 307, headers: { location: `http://${theirs.host}${path}` } };
    });
    return { ours, theirs, told };
  }

  test("when a blob's GET is redirected", async () => {
    const { ours, theirs, told } = await two(() => ({ body: bytes }));
    const repository = registryAt(ours, { credentials: me }).repository("me/a");
    expect(await readAll(repository, blob)).toEqual(bytes);
    expect(theirs.asked).toEqual([`GET /v2/me/a/blobs/${blob.digest}`]);
    expect(told).toEqual([]);
  });

  test("when the host that a redirect leads to asks for a password, or names a token server of its own", async () => {
    const told: string[] = [];
    const tokens = await serve(({ headers }) => {
      told.push(headers.authorization ?? "none");
      return { body: '{"token": "t"}' };
    });
    const challenges = ['Basic realm="please"', `Bearer realm="http://${tokens.host}/token"`];
    for (const challenge of challenges) {
      const { ours, told: toldElsewhere } = await two(() => ({
        status: 401,
        headers: { "www-authenticate": challenge },
      }));
      const repository = registryAt(ours, { credentials: me }).repository("me/a");
      await expect(readAll(repository, blob)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
      expect(toldElsewhere).toEqual([]);
    }
    expect(told).toEqual([]);
  });

  test("when an upload's Location leads elsewhere", async () => {
    const { ours, theirs, told } = await two(async ({ body }) => {
      await body();
      return { status: 201 };
    });
    await registryAt(ours, { credentials: me }).repository("me/a").put(blob, bytesSource(bytes));
    expect(theirs.asked).toEqual([`PUT /upload?digest=${encodeURIComponent(blob.digest)}`]);
    expect(told).toEqual([]);
  });
});
