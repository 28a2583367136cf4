import { describe, expect, test } from "vitest";
import { bytesSource, type ContentReader, readAll, verified } from "./content.ts";
import { describeBytes } from "./descriptor.ts";

const bytes = Buffer.from("a filter's module");
const content = describeBytes("application/wasm", bytes);

async function* chunked(data: Uint8Array, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < data.length; offset += sizeBytes) yield data.subarray(offset, offset + sizeBytes);
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(stream));
}

describe("verified()", () => {
  test.each([1, 4, 100])("passes the right bytes on in chunks of %i", async (sizeBytes) => {
    expect(await collect(verified(chunked(bytes, sizeBytes), content))).toEqual(bytes);
  });

  test.each([
    { name: "a changed byte", damaged: Buffer.from("a filter's modulE"), problem: "got sha256:" },
    { name: "a byte too few", damaged: bytes.subarray(1), problem: "expected 17 bytes, got 16 bytes" },
    { name: "nothing", damaged: Buffer.alloc(0), problem: "expected 17 bytes, got 0 bytes" },
  ])("fails at the end for $name", async ({ damaged, problem }) => {
    await expect(collect(verified(chunked(damaged, 4), content))).rejects.toMatchObject({
      code: "CONTENT_MISMATCH",
      message: expect.stringContaining(problem) as string,
    });
  });

  test("fails at the first chunk that is too much, without reading on", async () => {
    let chunks = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        chunks++;
        yield bytes;
      }
    }
    await expect(collect(verified(endless(), content))).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
    expect(chunks).toBe(2);
  });
});

describe("readAll()", () => {
  const reader: ContentReader = { has: async () => true, open: () => bytesSource(bytes)(0) };

  test("gives the whole content", async () => {
    expect(await readAll(reader, content)).toEqual(bytes);
  });

  test("refuses to read what is larger than its limit", async () => {
    await expect(readAll(reader, content, { limitBytes: 16 })).rejects.toMatchObject({ code: "MANIFEST_MALFORMED" });
  });
});

describe("bytesSource()", () => {
  test("begins at the offset", async () => {
    expect((await collect(bytesSource(bytes)(11))).toString()).toBe("module");
  });
});
