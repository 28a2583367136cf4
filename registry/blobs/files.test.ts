import * as files from "node:fs/promises";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf } from "#oci";
import { blobStoreContract } from "./blob-store-contract.ts";
import { FileBlobStore, type FileSystem } from "./files.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "blobs-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("FileBlobStore", () => {
  blobStoreContract(() => FileBlobStore.open(folder));

  test("an upload outlives the process", async () => {
    const first = await FileBlobStore.open(folder);
    const upload = await first.start("me/filter");
    await first.append(upload, once("half "));
    const second = await FileBlobStore.open(folder);
    expect(await second.received(upload)).toBe(5);
    await second.append(upload, once("done"));
    await second.commit(upload, digestOf("half done"));
    expect((await buffer(await second.open(digestOf("half done")))).toString()).toBe("half done");
  });

  test("a full disk leaves no blob, and what arrived before can be resumed", async () => {
    const store = await FileBlobStore.open(folder, fullAfter(4));
    const upload = await store.start("me/filter");
    await expect(store.append(upload, once("12345678"))).rejects.toMatchObject({ code: "ENOSPC" });
    expect(await store.size(digestOf("12345678"))).toBeUndefined();
    const repaired = await FileBlobStore.open(folder);
    const received = await repaired.received(upload);
    await repaired.append(upload, once("12345678".slice(received)), { offsetBytes: received });
    await repaired.commit(upload, digestOf("12345678"));
    expect(await repaired.size(digestOf("12345678"))).toBe(8);
  });

  test("nothing is written outside the folder, whatever the scope is called", async () => {
    const store = await FileBlobStore.open(join(folder, "data"));
    const upload = await store.start("../../../etc/passwd");
    await store.append(upload, once("x"));
    await store.commit(upload, digestOf("x"));
    expect(await readdir(folder)).toEqual(["data"]);
    expect((await readdir(join(folder, "data"))).toSorted()).toEqual(["blobs", "uploads"]);
  });
});

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** A disk that takes so many bytes of a write and is full then. */
function fullAfter(bytes: number): FileSystem {
  return {
    ...files,
    async open(path, flags, mode) {
      const file = await files.open(path, flags, mode);
      const write = file.write.bind(file) as (...values: unknown[]) => Promise<{ bytesWritten: number }>;
      let left = bytes;
      Object.assign(file, {
        write: async (chunk: Uint8Array, offset: number, length: number, position: number) => {
          if (left === 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
          const result = await write(chunk, offset, Math.min(length, left), position);
          left -= result.bytesWritten;
          return result;
        },
      });
      return file;
    },
  };
}
