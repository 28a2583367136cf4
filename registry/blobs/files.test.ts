import * as files from "node:fs/promises";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
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

  test("the bytes are on the disk before the blob's name is, and the name before the answer", async () => {
    const steps: string[] = [];
    const store = await FileBlobStore.open(
      folder,
      watched((step) => void steps.push(step)),
    );
    const upload = await store.start("me/filter");
    await store.append(upload, once("12345678"));
    steps.length = 0;
    const digest = digestOf("12345678");
    await store.commit(upload, digest);
    const name = digest.slice("sha256:".length);
    const shard = name.slice(0, 2);
    const order = steps.map((step) => step.replaceAll(/[^ ]+\.[0-9a-f-]{36}/g, "UPLOAD").replace(name, "BLOB"));
    expect(order.filter((step) => /^(?:sync|mkdir|rename)/.test(step))).toEqual([
      "sync UPLOAD",
      `mkdir ${shard}`,
      "sync sha256",
      "rename UPLOAD BLOB",
      `sync ${shard}`,
    ]);
  });

  test("whichever step fails, the blob is whole or not there, and the next push succeeds", async () => {
    const text = "12345678";
    const digest = digestOf(text);
    for (let failing = 1; ; failing++) {
      const place = join(folder, `${failing}`);
      let step = 0;
      const failAt = (name: string): void => {
        if (++step === failing) throw Object.assign(new Error(`EIO: ${name}`), { code: "EIO" });
      };
      const push = async (files?: FileSystem): Promise<void> => {
        const store = await FileBlobStore.open(place, files);
        const upload = await store.start("me/filter");
        await store.append(upload, once(text));
        await store.commit(upload, digest);
      };
      const outcome = await push(watched(failAt)).then(
        () => "pushed",
        () => "failed",
      );
      const again = await FileBlobStore.open(place);
      if (outcome === "pushed") expect(await again.size(digest)).toBe(text.length);
      if ((await again.size(digest)) !== undefined) {
        expect((await buffer(await again.open(digest))).toString()).toBe(text);
      }
      await push();
      expect((await buffer(await again.open(digest))).toString()).toBe(text);
      if (step < failing) {
        // Each step has failed once; fewer would mean that not all are watched.
        expect(failing).toBeGreaterThan(20);
        return;
      }
    }
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

/** Tells of each call before it is made: its name, and the last part of the paths. */
function watched(before: (step: string) => void): FileSystem {
  const told =
    <Arguments extends unknown[], Result>(name: string, call: (...values: Arguments) => Promise<Result>) =>
    async (...values: Arguments): Promise<Result> => {
      const paths = values.filter((value) => typeof value === "string" && value.startsWith("/"));
      before([name, ...paths.map((path) => basename(path as string))].join(" "));
      return call(...values);
    };
  return {
    mkdir: told("mkdir", files.mkdir) as FileSystem["mkdir"],
    readdir: told("readdir", files.readdir) as FileSystem["readdir"],
    rename: told("rename", files.rename),
    rm: told("rm", files.rm),
    stat: told("stat", files.stat) as FileSystem["stat"],
    async open(path, ...how) {
      const name = basename(path as string);
      before(`open ${name}`);
      const file = await files.open(path, ...how);
      for (const method of ["write", "sync", "stat"] as const) {
        const call = file[method].bind(file) as (...values: unknown[]) => Promise<unknown>;
        Object.assign(file, {
          [method]: async (...values: unknown[]) => {
            before(`${method} ${name}`);
            return call(...values);
          },
        });
      }
      return file;
    },
  };
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
