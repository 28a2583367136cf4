import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorCode, syncFolder } from "#core";
import {
  type Descriptor,
  type Digest,
  digestAlgorithm,
  digestHex,
  isDigest,
  type TransferOptions,
  verified,
} from "#oci";

/** `blobs/<algorithm>/<encoded>` (image-spec v1.1, image-layout.md, "Blobs"). */
export class BlobFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(digest: Digest): string {
    return join(this.#folder, "blobs", digestAlgorithm(digest), digestHex(digest));
  }

  /** @returns bytes of the file; undefined when there is none */
  async size(digest: Digest): Promise<number | undefined> {
    try {
      return (await stat(this.path(digest))).size;
    } catch (error) {
      if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
      throw error;
    }
  }

  read(
    digest: Digest,
    { offsetBytes = 0, signal }: { offsetBytes?: number; signal?: AbortSignal | undefined },
  ): AsyncIterable<Uint8Array> {
    return createReadStream(this.path(digest), { start: offsetBytes, ...(signal ? { signal } : {}) });
  }

  /** The file appears by a rename, after its bytes were verified and are on the disk. */
  async write(content: Descriptor, bytes: AsyncIterable<Uint8Array>, options: TransferOptions): Promise<void> {
    const path = this.path(content.digest);
    const temporary = join(this.#folder, "blobs", `.${randomUUID()}.tmp`);
    await mkdir(dirname(path), { recursive: true });
    try {
      const file = await open(temporary, "wx");
      try {
        for await (const chunk of verified(bytes, content)) {
          options.signal?.throwIfAborted();
          await file.appendFile(chunk);
          options.onBytes?.(chunk.byteLength);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Every blob, and leftovers of writes that were cut short. */
  async list(): Promise<{ readonly blobs: readonly Digest[]; readonly leftovers: readonly string[] }> {
    const blobs: Digest[] = [];
    const leftovers: string[] = [];
    const root = join(this.#folder, "blobs");
    for (const entry of await readdir(root, { withFileTypes: true })) {
      if (entry.isFile() && entry.name.endsWith(".tmp")) leftovers.push(join(root, entry.name));
      if (!entry.isDirectory()) continue;
      for (const name of await readdir(join(root, entry.name))) {
        const digest = `${entry.name}:${name}`;
        if (isDigest(digest)) blobs.push(digest);
      }
    }
    return { blobs, leftovers };
  }
}
