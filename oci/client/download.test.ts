import { afterEach, describe, expect, test } from "vitest";
import { describeBytes, readAll } from "#oci";
import { Registry } from "./registry.ts";
import type { RemoteRepository } from "./repository.ts";
import { FakeRegistry, type FakeRequest, type FakeAnswer, type FakeScript } from "./testing.ts";

const open: FakeRegistry[] = [];
afterEach(async () => {
  for (const registry of open.splice(0)) await registry[Symbol.asyncDispose]();
});

async function serve(script: FakeScript): Promise<{ fake: FakeRegistry; repository: RemoteRepository }> {
  const fake = await FakeRegistry.start(script);
  open.push(fake);
  return { fake, repository: new Registry(fake.host, { retryDelayMs: 1 }).repository("me/a") };
}

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
const blob = describeBytes("application/wasm", bytes);

function rangeOf({ headers }: FakeRequest): number | undefined {
  const start = /^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1];
  return start === undefined ? undefined : Number(start);
}

/** Serves the blob, with ranges, and breaks each of the first connections after some bytes. */
function breaking(cuts: readonly number[]): { script: FakeScript; ranges: (number | undefined)[] } {
  const ranges: (number | undefined)[] = [];
  const script = (request: FakeRequest): FakeAnswer => {
    const start = rangeOf(request);
    const cutAfterBytes = cuts[ranges.length];
    ranges.push(start);
    const cut = cutAfterBytes === undefined ? {} : { cutAfterBytes };
    if (start === undefined) return { body: bytes, ...cut };
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    return { status: 206, headers: { "content-range": range }, body: bytes.subarray(start), ...cut };
  };
  return { script, ranges };
}

describe("a download", () => {
  test("gives the blob, asked for once", async () => {
    const { script, ranges } = breaking([]);
    const { fake, repository } = await serve(script);
    expect(await readAll(repository, blob)).toEqual(bytes);
    expect(fake.asked).toEqual([`GET /v2/me/a/blobs/${blob.digest}`]);
    expect(ranges).toEqual([undefined]);
  });

  test("that is cut half way goes on from there, and what was put together is verified", async () => {
    const { script, ranges } = breaking([100_000]);
    const { repository } = await serve(script);
    let moved = 0;
    expect(await readAll(repository, blob, { onBytes: (count) => (moved += count) })).toEqual(bytes);
    expect(ranges).toEqual([undefined, 100_000]);
    expect(moved).toBe(bytes.length);
  });

  test("that is cut again and again ends, as long as it moves", async () => {
    const cuts = Array.from({ length: 12 }, () => 10_000);
    const { script, ranges } = breaking(cuts);
    const { repository } = await serve(script);
    expect(await readAll(repository, blob)).toEqual(bytes);
    expect(ranges).toEqual([undefined, ...cuts.map((_, index) => (index + 1) * 10_000)]);
  });

  test("that does not move any more is given up", async () => {
    const { script, ranges } = breaking([100_000, ...Array.from({ length: 20 }, () => 0)]);
    const { fake, repository } = await serve(script);
    await expect(readAll(repository, blob)).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      message: `cannot reach ${fake.host}: the connection broke`,
    });
    expect(ranges.length).toBeLessThan(20);
  });

  test("from a registry that ignores ranges leaves out what it has", async () => {
    let isFirst = true;
    const { repository } = await serve(() => {
      const cut = isFirst ? { cutAfterBytes: 70_000 } : {};
      isFirst = false;
      return { body: bytes, ...cut };
    });
    expect(await readAll(repository, blob)).toEqual(bytes);
    const rest = await Array.fromAsync(repository.open(blob, { offsetBytes: 199_990 }));
    expect(Buffer.concat(rest)).toEqual(bytes.subarray(199_990));
  });

  test("from the middle asks for the rest", async () => {
    const { script, ranges } = breaking([]);
    const { repository } = await serve(script);
    const rest = await Array.fromAsync(repository.open(blob, { offsetBytes: 150_000 }));
    expect(Buffer.concat(rest)).toEqual(bytes.subarray(150_000));
    expect(ranges).toEqual([150_000]);
  });

  test("from the end gives nothing", async () => {
    const { repository } = await serve(() => ({ status: 416 }));
    expect(await Array.fromAsync(repository.open(blob, { offsetBytes: bytes.length }))).toEqual([]);
  });

  test("resumed with other bytes is CONTENT_MISMATCH", async () => {
    const { repository } = await serve((request) =>
      rangeOf(request) === undefined
        ? { body: bytes, cutAfterBytes: 100_000 }
        : { status: 206, body: Buffer.alloc(100_000, "x") },
    );
    await expect(readAll(repository, blob)).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
  });

  test.each([
    { name: "a changed byte", body: Buffer.concat([bytes.subarray(1), Buffer.from("x")]) },
    { name: "less than it should be", body: bytes.subarray(1) },
    { name: "more than it should be", body: Buffer.concat([bytes, bytes]) },
    { name: "nothing", body: Buffer.alloc(0) },
  ])("of $name is CONTENT_MISMATCH", async ({ body }) => {
    const { repository } = await serve(() => ({ body }));
    await expect(readAll(repository, blob)).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
  });

  test("of what is not there is CONTENT_NOT_FOUND", async () => {
    const { fake, repository } = await serve(() => ({ status: 404 }));
    await expect(readAll(repository, blob)).rejects.toMatchObject({
      code: "CONTENT_NOT_FOUND",
      message: `me/a@${blob.digest} not found in ${fake.host}`,
    });
    expect(fake.asked).toHaveLength(1);
  });

  test("asks for the bytes as they are stored", async () => {
    let encodings: unknown;
    const { repository } = await serve(({ headers }) => {
      encodings = headers["accept-encoding"];
      return { body: bytes };
    });
    await readAll(repository, blob);
    expect(encodings).toBe("identity");
  });

  test("ends when the person gives up", async () => {
    const controller = new AbortController();
    const { repository } = await serve(() => ({ body: bytes, headers: { "content-length": "300000" } }));
    const reading = (async () => {
      for await (const _ of repository.open(blob, { signal: controller.signal })) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });

  test("that is left early closes its connection", async () => {
    const { repository } = await serve(() => ({ body: bytes, headers: { "content-length": "300000" } }));
    for await (const chunk of repository.open(blob)) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
  });
});
