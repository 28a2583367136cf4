import { expect, test } from "vitest";
import { freeChunk } from "./free-chunk.ts";

test("freeChunk() gives back memory that belongs to the chunk alone", () => {
  const chunk = Buffer.alloc(100_000, "x");
  freeChunk(chunk);
  expect(chunk.byteLength).toBe(0);
});

test.each([
  ["a part of a larger buffer", Buffer.alloc(100_000, "x").subarray(0, 10)],
  ["one from Node's pool", Buffer.from("xxxxxxxxxx")],
  ["one that other threads share", new Uint8Array(new SharedArrayBuffer(10)).fill(120)],
])("freeChunk() leaves %s alone", (_what, chunk) => {
  freeChunk(chunk);
  expect(Buffer.from(chunk).toString()).toBe("xxxxxxxxxx");
});
