import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { type Digest, digestAlgorithm, digestOf } from "#oci";
import type { AppendOptions, BlobStore, ByteRange, Upload, UploadId } from "./blob-store.ts";
import { blobUnknown, digestDiffers, outOfOrder, uploadUnknown } from "./refusals.ts";

interface OpenUpload {
  readonly scope: string;
  bytes: Buffer;
  touchedAt: Date;
}

const chunkBytes = 64 * 1024;

/** Keeps blobs in memory: for tests, and for a hub that may forget. */
export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<Digest, Buffer>();
  readonly #uploads = new Map<UploadId, OpenUpload>();

  async size(digest: Digest): Promise<number | undefined> {
    return this.#blobs.get(digest)?.byteLength;
  }

  async open(digest: Digest, range?: ByteRange): Promise<Readable> {
    const bytes = this.#blobs.get(digest);
    if (!bytes) throw blobUnknown(digest);
    const { first, last } = range ?? { first: 0, last: bytes.byteLength - 1 };
    return Readable.from(copies(bytes.subarray(first, last + 1)), { objectMode: false });
  }

  async start(scope: string): Promise<Upload> {
    const id = randomUUID() as string as UploadId;
    this.#uploads.set(id, { scope, bytes: Buffer.alloc(0), touchedAt: new Date() });
    return { scope, id };
  }

  async received(upload: Upload): Promise<number> {
    return this.#find(upload).bytes.byteLength;
  }

  async append(upload: Upload, bytes: AsyncIterable<Uint8Array>, options: AppendOptions = {}): Promise<number> {
    const open = this.#find(upload);
    const { offsetBytes = open.bytes.byteLength } = options;
    if (offsetBytes !== open.bytes.byteLength) throw outOfOrder(offsetBytes, open.bytes.byteLength);
    for await (const chunk of bytes) {
      open.bytes = Buffer.concat([open.bytes, chunk]);
      open.touchedAt = new Date();
    }
    return open.bytes.byteLength;
  }

  async commit(upload: Upload, digest: Digest): Promise<number> {
    const { bytes } = this.#find(upload);
    this.#uploads.delete(upload.id);
    const actual = digestOf(bytes, digestAlgorithm(digest));
    if (actual !== digest) throw digestDiffers(digest, actual);
    this.#blobs.set(digest, bytes);
    return bytes.byteLength;
  }

  async cancel(upload: Upload): Promise<void> {
    this.#find(upload);
    this.#uploads.delete(upload.id);
  }

  async removeStale(untouchedSince: Date): Promise<number> {
    const stale = [...this.#uploads].filter(([, open]) => open.touchedAt < untouchedSince);
    for (const [id] of stale) this.#uploads.delete(id);
    return stale.length;
  }

  #find(upload: Upload): OpenUpload {
    const open = this.#uploads.get(upload.id);
    if (!open || open.scope !== upload.scope) throw uploadUnknown(upload);
    return open;
  }
}

/** Chunks that belong to whoever reads them. */
function* copies(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.byteLength; from += chunkBytes) {
    yield Buffer.from(bytes.subarray(from, from + chunkBytes));
  }
}
