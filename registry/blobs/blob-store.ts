import type { Readable } from "node:stream";
import type { Digest, DigestAlgorithm } from "#oci";

/** Reads blobs by digest. Whether a repository may show a blob is the catalogue's business. */
export interface BlobReader {
  /** Bytes of the blob; undefined when the store does not hold it. */
  size(digest: Digest): Promise<number | undefined>;
  /**
   * Bytes in order. Whoever asked destroys the stream or reads it to its end, and may do with the chunks what it likes.
   *
   * @throws {RegistryError} BLOB_UNKNOWN
   */
  open(digest: Digest, range?: ByteRange): Promise<Readable>;
}

/** Positions of the first and the last byte, both included, counted from 0. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Receives blobs piece by piece. What arrived is kept when a piece breaks off or the process dies, so that a client
 * resumes at {@link BlobReceiver.received}. Nothing is readable as a blob before {@link BlobReceiver.commit} resolves.
 *
 * Calls for the same upload must not overlap: see `UploadTurns`.
 */
export interface BlobReceiver {
  /** @param scope uploads are found again only with the same scope: the repository's name */
  start(scope: string): Promise<Upload>;
  /**
   * Bytes that are kept so far.
   *
   * @throws {RegistryError} BLOB_UPLOAD_UNKNOWN
   */
  received(upload: Upload): Promise<number>;
  /**
   * Adds bytes at the end.
   *
   * @param bytes a chunk is not used any more when the next one is asked for
   * @returns bytes kept in all
   * @throws {RegistryError} BLOB_UPLOAD_UNKNOWN; BLOB_UPLOAD_INVALID with status 416 when `offsetBytes` is not the end
   */
  append(upload: Upload, bytes: AsyncIterable<Uint8Array>, options?: AppendOptions): Promise<number>;
  /**
   * Makes the upload a blob that outlives a power cut. The upload is gone afterwards, also when the digest differs.
   *
   * @returns bytes of the blob
   * @throws {RegistryError} BLOB_UPLOAD_UNKNOWN, DIGEST_INVALID
   */
  commit(upload: Upload, digest: Digest): Promise<number>;
  /** @throws {RegistryError} BLOB_UPLOAD_UNKNOWN */
  cancel(upload: Upload): Promise<void>;
  /**
   * Removes uploads that nothing was added to since a moment.
   *
   * @returns how many
   */
  removeStale(untouchedSince: Date): Promise<number>;
}

export interface AppendOptions {
  /** Where the client believes the end to be; absent when it does not say. */
  readonly offsetBytes?: number;
  /** The algorithm that {@link BlobReceiver.commit} will most likely be asked for: saves reading the bytes again. Default sha256. */
  readonly algorithm?: DigestAlgorithm;
}

export interface Upload {
  readonly scope: string;
  readonly id: UploadId;
}

/** A version 4 UUID in lower case, and nothing else: it becomes part of a file's name. */
export type UploadId = string & { readonly __uploadId: unique symbol };

const uploadIdPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isUploadId(text: string): text is UploadId {
  return uploadIdPattern.test(text);
}

export type BlobStore = BlobReader & BlobReceiver;
