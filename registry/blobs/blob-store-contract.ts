import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { digestOf } from "#oci";
import { freeChunk } from "../http/free-chunk.ts";
import type { BlobStore, Upload } from "./blob-store.ts";

/** Every blob store passes these. Call it once for each: memory, files … */
export function blobStoreContract(open: () => Promise<BlobStore>): void {
  async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  async function put(store: BlobStore, bytes: Uint8Array): Promise<void> {
    const upload = await store.start("me/filter");
    await store.append(upload, once(bytes));
    await store.commit(upload, digestOf(bytes));
  }
  const bytes = randomBytes(70_000);
  const digest = digestOf(bytes);

  test("gives back what was committed, whole and in parts", async () => {
    const store = await open();
    await put(store, bytes);
    expect(await store.size(digest)).toBe(bytes.byteLength);
    expect((await buffer(await store.open(digest))).equals(bytes)).toBe(true);
    const part = await buffer(await store.open(digest, { first: 10, last: 19 }));
    expect(part.equals(bytes.subarray(10, 20))).toBe(true);
  });

  test("is not harmed by what a reader does with the bytes", async () => {
    const store = await open();
    await put(store, bytes);
    for await (const chunk of (await store.open(digest)) as AsyncIterable<Buffer>) {
      chunk.fill(0);
      freeChunk(chunk);
    }
    expect((await buffer(await store.open(digest))).equals(bytes)).toBe(true);
  });

  test("keeps a blob that is committed twice", async () => {
    const store = await open();
    await put(store, bytes);
    await put(store, bytes);
    expect((await buffer(await store.open(digest))).equals(bytes)).toBe(true);
  });

  test("takes an empty blob, and one with a sha512 digest", async () => {
    const store = await open();
    await put(store, Buffer.alloc(0));
    expect(await store.size(digestOf(""))).toBe(0);
    const upload = await store.start("me/filter");
    await store.append(upload, once(bytes), { algorithm: "sha512" });
    await store.commit(upload, digestOf(bytes, "sha512"));
    expect(await store.size(digestOf(bytes, "sha512"))).toBe(bytes.byteLength);
  });

  test("shows nothing of an upload before it is committed", async () => {
    const store = await open();
    const upload = await store.start("me/filter");
    await store.append(upload, once(bytes));
    expect(await store.size(digest)).toBeUndefined();
    await expect(store.open(digest)).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
  });

  test("goes on where an upload broke off", async () => {
    const store = await open();
    const upload = await store.start("me/filter");
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 1000);
      throw new Error("the connection broke");
    };
    await expect(store.append(upload, broken())).rejects.toThrow("broke");
    expect(await store.received(upload)).toBe(1000);
    expect(await store.append(upload, once(bytes.subarray(1000)), { offsetBytes: 1000 })).toBe(bytes.byteLength);
    await store.commit(upload, digest);
    expect((await buffer(await store.open(digest))).equals(bytes)).toBe(true);
  });

  test("refuses a chunk out of order, and keeps what it has", async () => {
    const store = await open();
    const upload = await store.start("me/filter");
    await store.append(upload, once(bytes.subarray(0, 10)));
    await expect(store.append(upload, once(bytes), { offsetBytes: 20 })).rejects.toMatchObject({ status: 416 });
    expect(await store.received(upload)).toBe(10);
  });

  test("refuses bytes that have another digest, and forgets them", async () => {
    const store = await open();
    const upload = await store.start("me/filter");
    await store.append(upload, once(bytes));
    await expect(store.commit(upload, digestOf("other"))).rejects.toMatchObject({ code: "DIGEST_INVALID" });
    await expect(store.received(upload)).rejects.toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
    expect(await store.size(digestOf("other"))).toBeUndefined();
  });

  test("does not know an upload that was cancelled, is of another repository, or never was", async () => {
    const store = await open();
    const upload = await store.start("me/filter");
    const elsewhere: Upload = { ...upload, scope: "you/filter" };
    await expect(store.append(elsewhere, once(bytes))).rejects.toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
    await store.cancel(upload);
    await expect(store.received(upload)).rejects.toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
    await expect(store.cancel(upload)).rejects.toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
  });

  test("removes uploads that nobody went on with, and no others", async () => {
    const store = await open();
    const upload = await store.start("me/filter");
    expect(await store.removeStale(new Date(Date.now() - 60_000))).toBe(0);
    expect(await store.received(upload)).toBe(0);
    expect(await store.removeStale(new Date(Date.now() + 60_000))).toBe(1);
    await expect(store.received(upload)).rejects.toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
  });
}
