import { afterEach, describe, expect, test } from "vitest";
import { bytesSource, type ContentSource, describeBytes, digestOf } from "#oci";
import { Registry } from "./registry.ts";
import type { RemoteRepository } from "./repository.ts";
import { errorBody, type FakeAnswer, FakeRegistry, type FakeRequest, type FakeScript } from "./testing.ts";
import { locationOf } from "./upload.ts";

const open: FakeRegistry[] = [];
afterEach(async () => {
  for (const registry of open.splice(0)) await registry[Symbol.asyncDispose]();
});

async function serve(script: FakeScript): Promise<{ fake: FakeRegistry; repository: RemoteRepository }> {
  const fake = await FakeRegistry.start(script);
  open.push(fake);
  return { fake, repository: new Registry(fake.host, { retryDelayMs: 1 }).repository("me/a") };
}

// Larger than what the sockets between the two can hold.
const bytes = Buffer.from(Array.from({ length: 4_000_000 }, (_, index) => index % 251));
const blob = describeBytes("application/wasm", bytes);

/** In pieces, as a file is read. */
const source: ContentSource = async function* (offsetBytes) {
  const sizeBytes = 64 * 1024;
  for (let offset = offsetBytes; offset < bytes.length; offset += sizeBytes) {
    yield bytes.subarray(offset, Math.min(offset + sizeBytes, bytes.length));
  }
};

interface Session {
  stored: Buffer;
}

type Fault = (request: FakeRequest, session: Session) => Promise<FakeAnswer | undefined>;

/** An upload endpoint that follows the specification except where a fault takes its place. */
function uploads(fault: Fault = async () => undefined): { script: FakeScript; finished: string[]; log: string[] } {
  const sessions = new Map<string, Session>();
  const finished: string[] = [];
  const log: string[] = [];
  const script: FakeScript = async (request) => {
    const { method, path, query, headers } = request;
    if (method === "POST") {
      const location = `/v2/me/a/blobs/uploads/${sessions.size + 1}?state=x%2By`;
      sessions.set(location.split("?")[0] ?? "", { stored: Buffer.alloc(0) });
      log.push("POST");
      return { status: 202, headers: { location } };
    }
    const range = headers["content-range"];
    log.push(
      range === undefined ? `${method} ${path.split("/").at(-1)}` : `${method} ${path.split("/").at(-1)} ${range}`,
    );
    const session = sessions.get(path);
    if (!session) return { status: 404, body: errorBody("BLOB_UPLOAD_UNKNOWN", "gone") };
    const answer = await fault(request, session);
    if (answer !== undefined) return answer;
    if (query.get("state") !== "x+y") return { status: 400 };
    const end = Math.max(session.stored.length - 1, 0);
    const headersNow = { location: `${path}?state=x%2By`, range: `0-${end}` };
    if (method === "GET") return { status: 204, headers: headersNow };
    session.stored = Buffer.concat([session.stored, await request.body()]);
    if (method === "PATCH") return { status: 202, headers: headersNow };
    if (digestOf(session.stored) !== query.get("digest")) {
      return { status: 400, body: errorBody("DIGEST_INVALID", "these are other bytes") };
    }
    finished.push(digestOf(session.stored));
    return { status: 201 };
  };
  return { script, finished, log };
}

/** Takes part of the first PUT's body, then breaks the connection. */
function cutFirstPut(keep: (part: Buffer) => Buffer = (part) => part): { fault: Fault; kept: () => number } {
  let kept = -1;
  const fault: Fault = async (request, session) => {
    if (request.method !== "PUT" || kept >= 0) return undefined;
    session.stored = keep(await request.bodyStart(1_000_000));
    kept = session.stored.length;
    return "cut";
  };
  return { fault, kept: () => kept };
}

describe("an upload", () => {
  test("is a POST and a PUT of the whole, with its length", async () => {
    const lengths: unknown[] = [];
    const { script, finished, log } = uploads(async ({ headers }) => {
      lengths.push(headers["content-length"]);
      return undefined;
    });
    const { repository } = await serve(script);
    let moved = 0;
    await repository.put(blob, source, { onBytes: (count) => (moved += count) });
    expect(log).toEqual(["POST", "PUT 1"]);
    expect(lengths).toEqual([String(bytes.length)]);
    expect(finished).toEqual([blob.digest]);
    expect(moved).toBe(bytes.length);
  });

  test("of no bytes works too", async () => {
    const { script, finished } = uploads();
    const { repository } = await serve(script);
    const nothing = Buffer.alloc(0);
    await repository.put(describeBytes("application/wasm", nothing), bytesSource(nothing));
    expect(finished).toEqual([digestOf(nothing)]);
  });

  test("with SHA-512 says so when it begins", async () => {
    const { fake, repository } = await serve(() => ({ status: 403 }));
    const content = { ...blob, digest: digestOf(bytes, "sha512") };
    await expect(repository.put(content, source)).rejects.toMatchObject({ code: "DENIED" });
    expect(fake.asked).toEqual(["POST /v2/me/a/blobs/uploads/?digest-algorithm=sha512"]);
  });

  test("that is cut half way asks where it stands, sends the rest as a chunk, and is completed", async () => {
    const { fault, kept } = cutFirstPut();
    const { script, finished, log } = uploads(fault);
    const { repository } = await serve(script);
    let moved = 0;
    await repository.put(blob, source, { onBytes: (count) => (moved += count) });
    expect(log).toEqual(["POST", "PUT 1", "GET 1", `PATCH 1 ${kept()}-${bytes.length - 1}`, "PUT 1"]);
    expect(finished).toEqual([blob.digest]);
    expect(moved).toBe(bytes.length);
  });

  test("that is cut after its last byte is only completed", async () => {
    const { fault } = cutFirstPut(() => bytes);
    const { script, finished, log } = uploads(fault);
    const { repository } = await serve(script);
    await repository.put(blob, source);
    expect(log).toEqual(["POST", "PUT 1", "GET 1", "PUT 1"]);
    expect(finished).toEqual([blob.digest]);
  });

  test("of which the registry kept nothing starts anew", async () => {
    const { fault } = cutFirstPut(() => Buffer.alloc(0));
    const { script, finished, log } = uploads(fault);
    const { repository } = await serve(script);
    let moved = 0;
    await repository.put(blob, source, { onBytes: (count) => (moved += count) });
    expect(log).toEqual(["POST", "PUT 1", "GET 1", "POST", "PUT 2"]);
    expect(finished).toEqual([blob.digest]);
    expect(moved).toBe(bytes.length);
  });

  test.each([404, 405, 416])("whose status is %i starts anew", async (status) => {
    const { fault } = cutFirstPut();
    const { script, finished, log } = uploads(async (request, session) =>
      request.method === "GET" ? { status } : fault(request, session),
    );
    const { repository } = await serve(script);
    await repository.put(blob, source);
    expect(log).toEqual(["POST", "PUT 1", "GET 1", "POST", "PUT 2"]);
    expect(finished).toEqual([blob.digest]);
  });

  test("that the registry forgot meanwhile starts anew", async () => {
    let isFirst = true;
    const { script, finished, log } = uploads(async (request) => {
      if (request.method !== "PUT" || !isFirst) return undefined;
      isFirst = false;
      await request.body();
      return { status: 404, body: errorBody("BLOB_UPLOAD_UNKNOWN", "who?") };
    });
    const { repository } = await serve(script);
    await repository.put(blob, source);
    expect(log.at(-1)).toMatch(/^PUT/);
    expect(finished).toEqual([blob.digest]);
  });

  test.each([500, 503])("that is refused with %i is tried again", async (status) => {
    let failures = 2;
    const { script, finished } = uploads(async (request) => {
      if (request.method !== "PUT" || failures-- <= 0) return undefined;
      await request.body();
      return { status };
    });
    const { repository } = await serve(script);
    await repository.put(blob, source);
    expect(finished).toEqual([blob.digest]);
  });

  test("that is refused with Retry-After waits as long as it says, and not our own pause", async () => {
    let isFirst = true;
    const { script, finished } = uploads(async (request) => {
      if (request.method !== "PUT" || !isFirst) return undefined;
      isFirst = false;
      await request.body();
      return { status: 429, headers: { "retry-after": "0" } };
    });
    const fake = await FakeRegistry.start(script);
    open.push(fake);
    await new Registry(fake.host, { retryDelayMs: 600_000 }).repository("me/a").put(blob, source);
    expect(finished).toEqual([blob.digest]);
  });

  test.each([
    { status: 413, hint: "the registry, or a proxy before it, limits the size of a request: have the limit raised" },
    { status: 400, hint: undefined },
    { status: 501, hint: "try again later, or look into the registry's log" },
  ])("that is refused with $status is not tried again", async ({ status, hint }) => {
    const { script, log } = uploads(async (request) => {
      if (request.method !== "PUT") return undefined;
      await request.body();
      return { status, body: "<html>" };
    });
    const { repository } = await serve(script);
    await expect(repository.put(blob, source)).rejects.toMatchObject({ code: "REGISTRY_FAILED", hint });
    expect(log).toEqual(["POST", "PUT 1"]);
  });

  test("that breaks again and again is completed, as long as it moves", async () => {
    const pieceBytes = 500_000;
    const { script, finished, log } = uploads(async (request, session) => {
      const isLast = session.stored.length + pieceBytes >= bytes.length;
      if (request.method === "GET" || isLast) return undefined;
      session.stored = Buffer.concat([session.stored, await request.bodyStart(pieceBytes)]);
      return "cut";
    });
    const { repository } = await serve(script);
    let moved = 0;
    await repository.put(blob, source, { onBytes: (count) => void (moved += count) });
    expect(finished).toEqual([blob.digest]);
    expect(log.filter((line) => line.startsWith("PATCH")).length).toBeGreaterThan(3);
    expect(moved).toBe(bytes.length);
  });

  test("that breaks every time is given up", async () => {
    const { script, log } = uploads(async ({ method }) => (method === "PUT" ? "cut" : undefined));
    const { repository } = await serve(script);
    await expect(repository.put(blob, source)).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
    expect(log.filter((line) => line.startsWith("PUT"))).toHaveLength(4);
  });

  test("that the registry refuses for good is not tried again", async () => {
    const { script, log } = uploads(async (request) => {
      if (request.method !== "PUT") return undefined;
      await request.body();
      return { status: 400, body: errorBody("DIGEST_INVALID", "these are other bytes") };
    });
    const { repository } = await serve(script);
    await expect(repository.put(blob, source)).rejects.toMatchObject({
      code: "DIGEST_INVALID",
      message: expect.stringContaining("these are other bytes") as string,
    });
    expect(log).toEqual(["POST", "PUT 1"]);
  });

  test.each([
    { name: "a changed byte", wrong: Buffer.concat([bytes.subarray(1), Buffer.from("x")]) },
    { name: "a byte too few", wrong: bytes.subarray(1) },
    { name: "a byte too many", wrong: Buffer.concat([bytes, Buffer.from("x")]) },
  ])("of $name is CONTENT_MISMATCH, and the registry keeps nothing", async ({ wrong }) => {
    const { script, finished, log } = uploads();
    const { repository } = await serve(script);
    const put = repository.put(blob, bytesSource(wrong));
    await expect(put).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
    expect(finished).toEqual([]);
    expect(log.filter((line) => line === "POST")).toHaveLength(1);
  });

  test("whose source fails says why, and is not tried again", async () => {
    const { script, finished, log } = uploads();
    const { repository } = await serve(script);
    const failing: ContentSource = async function* () {
      yield bytes.subarray(0, 1000);
      throw new Error("the disk is gone");
    };
    await expect(repository.put(blob, failing)).rejects.toThrow("the disk is gone");
    expect(finished).toEqual([]);
    expect(log.filter((line) => line === "POST")).toHaveLength(1);
  });

  test.each([
    { location: "/v2/a/1?x=1", to: "https://hub.example:5000/v2/a/1?x=1" },
    { location: "https://blobs.example/1", to: "https://blobs.example/1" },
    { location: "http://hub.example/v2/a/1?x=1", to: "https://hub.example:5000/v2/a/1?x=1" },
  ])("to a registry with TLS goes on at $to for a Location of $location", ({ location, to }) => {
    const base = new URL("https://hub.example:5000/v2/a/uploads/");
    expect(locationOf({ header: () => location }, base, "hub.example:5000").href).toBe(to);
  });

  test("to a registry with TLS does not leave for a host without", () => {
    const base = new URL("https://hub.example/v2/a/uploads/");
    expect(() => locationOf({ header: () => "http://blobs.example/1" }, base, "hub.example")).toThrow(
      expect.objectContaining({
        code: "REGISTRY_ANSWER_INVALID",
        message: "hub.example wants an upload sent to http://blobs.example, without TLS",
      }),
    );
  });

  test.each(["", "http://"])("that begins with a Location of %j is REGISTRY_ANSWER_INVALID", async (location) => {
    const { repository } = await serve(() => ({ status: 202, headers: { location } }));
    await expect(repository.put(blob, source)).rejects.toMatchObject({ code: "REGISTRY_ANSWER_INVALID" });
  });

  test("ends when the person gives up", async () => {
    const controller = new AbortController();
    const { script, finished } = uploads(async ({ method }) => {
      if (method !== "PUT") return undefined;
      controller.abort();
      return new Promise(() => {});
    });
    const { repository } = await serve(script);
    await expect(repository.put(blob, source, { signal: controller.signal })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(finished).toEqual([]);
  });
});
