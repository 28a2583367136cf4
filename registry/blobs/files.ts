import { createHash, randomUUID } from "node:crypto";
import * as nodeFiles from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { errorCode } from "#core";
import { type Digest, type DigestAlgorithm, digestAlgorithm, Digester, digestHex } from "#oci";
import type { AppendOptions, BlobStore, ByteRange, Upload, UploadId } from "./blob-store.ts";
import { blobUnknown, digestDiffers, outOfOrder, uploadUnknown } from "./refusals.ts";

/** The part of `node:fs/promises` that the store uses. Tests pass one that fails. */
export type FileSystem = Pick<typeof nodeFiles, "mkdir" | "open" | "readdir" | "rename" | "rm" | "stat">;

type FileHandle = nodeFiles.FileHandle;

interface RunningDigest {
  readonly algorithm: DigestAlgorithm;
  readonly digester: Digester;
}

/**
 * Keeps blobs as files of one folder:
 *
 *     blobs/<algorithm>/<first two hex digits>/<hex digits>    a blob, whole, synced
 *     uploads/<hash of the scope>.<upload id>                  what has arrived of an upload
 *
 * A blob's file appears by a rename after its bytes are on the disk; an upload's file only grows. So no crash leaves
 * a blob that is half there, and an upload goes on where its file ends. The running digest of an upload is in memory;
 * when it is lost with the process, {@link commit} reads the file instead.
 */
export class FileBlobStore implements BlobStore {
  readonly #folder: string;
  readonly #files: FileSystem;
  readonly #running = new Map<UploadId, RunningDigest>();
  readonly #durableFolders = new Set<string>();

  private constructor(folder: string, files: FileSystem) {
    this.#folder = folder;
    this.#files = files;
  }

  /** @param folder is created when it is absent */
  static async open(folder: string, files: FileSystem = nodeFiles): Promise<FileBlobStore> {
    const store = new FileBlobStore(folder, files);
    // One after the other, and all before the first push: what a commit syncs later is then one folder deep.
    for (const name of ["blobs/sha256", "blobs/sha512", "uploads"]) await store.#makeFolder(join(folder, name));
    return store;
  }

  async size(digest: Digest): Promise<number | undefined> {
    try {
      return (await this.#files.stat(this.#blobPath(digest))).size;
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  async open(digest: Digest, range?: ByteRange): Promise<Readable> {
    const file = await this.#openFile(this.#blobPath(digest), "r", () => blobUnknown(digest));
    return file.createReadStream(range ? { start: range.first, end: range.last } : {});
  }

  async start(scope: string): Promise<Upload> {
    const upload: Upload = { scope, id: randomUUID() as string as UploadId };
    const file = await this.#files.open(this.#uploadPath(upload), "wx");
    await file.close();
    return upload;
  }

  async received(upload: Upload): Promise<number> {
    try {
      return (await this.#files.stat(this.#uploadPath(upload))).size;
    } catch (error) {
      throw errorCode(error) === "ENOENT" ? uploadUnknown(upload) : error;
    }
  }

  async append(upload: Upload, bytes: AsyncIterable<Uint8Array>, options: AppendOptions = {}): Promise<number> {
    const file = await this.#openUpload(upload);
    try {
      const receivedBytes = (await file.stat()).size;
      const { offsetBytes = receivedBytes, algorithm = "sha256" } = options;
      if (offsetBytes !== receivedBytes) throw outOfOrder(offsetBytes, receivedBytes);
      if (receivedBytes === 0) this.#running.set(upload.id, { algorithm, digester: new Digester(algorithm) });
      return await this.#write(file, receivedBytes, bytes, upload.id);
    } finally {
      await file.close();
    }
  }

  async commit(upload: Upload, digest: Digest): Promise<number> {
    const file = await this.#openUpload(upload);
    let sizeBytes: number;
    try {
      sizeBytes = (await file.stat()).size;
      const actual = await this.#digest(file, sizeBytes, upload.id, digestAlgorithm(digest));
      if (actual !== digest) {
        await this.cancel(upload);
        throw digestDiffers(digest, actual);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    const path = this.#blobPath(digest);
    await this.#makeFolder(dirname(path));
    await this.#files.rename(this.#uploadPath(upload), path);
    await this.#syncFolder(dirname(path));
    return sizeBytes;
  }

  async cancel(upload: Upload): Promise<void> {
    this.#running.delete(upload.id);
    try {
      await this.#files.rm(this.#uploadPath(upload));
    } catch (error) {
      throw errorCode(error) === "ENOENT" ? uploadUnknown(upload) : error;
    }
  }

  async removeStale(untouchedSince: Date): Promise<number> {
    const folder = join(this.#folder, "uploads");
    let removed = 0;
    for (const name of await this.#files.readdir(folder)) {
      const path = join(folder, name);
      const touchedAt = await this.#files.stat(path).catch(() => undefined);
      if (!touchedAt || touchedAt.mtime >= untouchedSince) continue;
      await this.#files.rm(path, { force: true });
      this.#running.delete(name.slice(name.indexOf(".") + 1) as UploadId);
      removed++;
    }
    return removed;
  }

  /** The running digest covers exactly what is in the file, or is dropped. */
  async #write(file: FileHandle, from: number, bytes: AsyncIterable<Uint8Array>, id: UploadId): Promise<number> {
    let position = from;
    const running = this.#running.get(id);
    for await (const chunk of bytes) {
      try {
        for (let done = 0; done < chunk.byteLength;) {
          done += (await file.write(chunk, done, chunk.byteLength - done, position + done)).bytesWritten;
        }
      } catch (error) {
        this.#running.delete(id);
        throw error;
      }
      running?.digester.update(chunk);
      position += chunk.byteLength;
    }
    return position;
  }

  async #digest(file: FileHandle, sizeBytes: number, id: UploadId, algorithm: DigestAlgorithm): Promise<Digest> {
    const running = this.#running.get(id);
    this.#running.delete(id);
    if (running?.algorithm === algorithm && running.digester.sizeBytes === sizeBytes) return running.digester.digest();
    const digester = new Digester(algorithm);
    for await (const chunk of file.createReadStream({ start: 0, autoClose: false }) as AsyncIterable<Buffer>) {
      digester.update(chunk);
    }
    return digester.digest();
  }

  #blobPath(digest: Digest): string {
    const hex = digestHex(digest);
    return join(this.#folder, "blobs", digestAlgorithm(digest), hex.slice(0, 2), hex);
  }

  #uploadPath(upload: Upload): string {
    const scope = createHash("sha256").update(upload.scope).digest("hex").slice(0, 32);
    return join(this.#folder, "uploads", `${scope}.${upload.id}`);
  }

  #openUpload(upload: Upload): Promise<FileHandle> {
    return this.#openFile(this.#uploadPath(upload), "r+", () => uploadUnknown(upload));
  }

  async #openFile(path: string, flags: string, absent: () => Error): Promise<FileHandle> {
    try {
      return await this.#files.open(path, flags);
    } catch (error) {
      throw errorCode(error) === "ENOENT" ? absent() : error;
    }
  }

  /** A folder counts as made only when its entry in the parent is on the disk, whoever made it. */
  async #makeFolder(path: string): Promise<void> {
    if (this.#durableFolders.has(path)) return;
    const first = await this.#files.mkdir(path, { recursive: true });
    for (let made = path; made.length >= (first ?? path).length; made = dirname(made)) {
      await this.#syncFolder(dirname(made));
    }
    this.#durableFolders.add(path);
  }

  async #syncFolder(path: string): Promise<void> {
    const folder = await this.#files.open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
