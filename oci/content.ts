import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import { digestAlgorithm, Digester } from "./digest.ts";
import { OciError } from "./errors.ts";

/**
 * Bytes that can be read more than once, so that a transfer can be tried again or resumed.
 *
 * @param offsetBytes where to begin; 0 for all
 */
export type ContentSource = (offsetBytes: number) => AsyncIterable<Uint8Array>;

export interface TransferOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes have moved since the last call; negative when a transfer falls back to an earlier offset. */
  readonly onBytes?: (bytes: number) => void;
}

/** Reads content, blob or manifest, by descriptor. */
export interface ContentReader {
  has(content: Descriptor, signal?: AbortSignal): Promise<boolean>;
  /**
   * Bytes in order, from `offsetBytes` (default 0). Not verified: see {@link verified}. Whoever iterates ends it by
   * reading to the end or leaving the loop.
   *
   * @throws {OciError} CONTENT_NOT_FOUND when the store does not hold it
   */
  open(content: Descriptor, options?: TransferOptions & { readonly offsetBytes?: number }): AsyncIterable<Uint8Array>;
}

/**
 * Writes content, blob or manifest, by descriptor. A second write of the same content changes nothing; whoever wants to
 * save its bytes asks {@link ContentReader.has} before.
 */
export interface ContentWriter {
  /** @throws {OciError} CONTENT_MISMATCH when the bytes are not what the descriptor says; nothing is stored then */
  put(content: Descriptor, source: ContentSource, options?: TransferOptions): Promise<void>;
}

/** Finds content by a tag or a digest. */
export interface Resolver {
  /** @throws {OciError} CONTENT_NOT_FOUND */
  resolve(tagOrDigest: string, signal?: AbortSignal): Promise<Descriptor>;
}

export interface Tagger {
  /** Points a tag at a manifest that is stored already; a tag that exists moves. */
  tag(manifest: Descriptor, tag: string, signal?: AbortSignal): Promise<void>;
}

/** An optional power: a store that knows which manifests have a given one as their `subject` (distribution-spec v1.1, "Listing Referrers"). */
export interface ReferrerLister {
  /** @param artifactType only those of this type */
  referrers(subject: Descriptor, artifactType?: string, signal?: AbortSignal): AsyncIterable<Descriptor>;
}

/** An optional power: a registry that can take a blob from another of its repositories. */
export interface Mounter {
  /** Both in the same registry only when equal. */
  readonly host: string;
  /** @returns false when the blob is not there; it has to be sent then */
  mount(content: Descriptor, from: string, signal?: AbortSignal): Promise<boolean>;
}

export function mounts<Store extends object>(store: Store): store is Store & Mounter {
  return "mount" in store;
}

export function listsReferrers<Store extends object>(store: Store): store is Store & ReferrerLister {
  return "referrers" in store;
}

/** Where an image can be copied from: a repository of a registry, or one of a local store. */
export type ImageSource = ContentReader & Resolver;

/** Where an image can be copied to. */
export type ImageTarget = ContentReader & ContentWriter & Tagger;

/** Wraps bytes in memory as a source. */
export function bytesSource(bytes: Uint8Array): ContentSource {
  return async function* (offsetBytes) {
    yield bytes.subarray(offsetBytes);
  };
}

/**
 * Passes bytes on and fails at the first that cannot belong to `content`, or at the end when the digest differs.
 * Whoever stores the bytes must not commit them before the iteration has ended.
 *
 * @throws {OciError} CONTENT_MISMATCH
 */
export async function* verified(
  bytes: AsyncIterable<Uint8Array>,
  content: Pick<Descriptor, "digest" | "size">,
): AsyncGenerator<Uint8Array, void, undefined> {
  const digester = new Digester(digestAlgorithm(content.digest));
  for await (const chunk of bytes) {
    digester.update(chunk);
    if (digester.sizeBytes > content.size) throw mismatch(content, { actualSizeAtLeast: digester.sizeBytes });
    yield chunk;
  }
  if (digester.sizeBytes !== content.size) throw mismatch(content, { actualSize: digester.sizeBytes });
  const actual = digester.digest();
  if (actual !== content.digest) throw mismatch(content, { actual });
}

/** Manifests and configurations are read whole; the distribution specification lets a registry refuse more than 4 MiB. */
export const largestManifestBytes: number = 4 * 1024 * 1024;

/**
 * Reads small content whole, verified.
 *
 * @throws {OciError} CONTENT_NOT_FOUND, CONTENT_MISMATCH; MANIFEST_MALFORMED above `limitBytes` (default 4 MiB)
 */
export async function readAll(
  reader: ContentReader,
  content: Descriptor,
  options: TransferOptions & { readonly limitBytes?: number } = {},
): Promise<Buffer> {
  const { limitBytes = largestManifestBytes } = options;
  if (content.size > limitBytes) {
    throw new OciError(
      "MANIFEST_MALFORMED",
      `${content.digest} is ${content.size} bytes; at most ${limitBytes} are read at once`,
    );
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of verified(reader.open(content, options), content)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function contentNotFound(what: Digest | string, where: string, cause?: unknown): OciError {
  return new OciError("CONTENT_NOT_FOUND", `${what} not found in ${where}`, { cause, detail: { content: what } });
}

function mismatch(content: Pick<Descriptor, "digest" | "size">, actual: Record<string, string | number>): OciError {
  const [found = ""] = Object.values(actual);
  const [wanted, got] =
    typeof found === "string" ? [content.digest, found] : [`${content.size} bytes`, `${found} bytes`];
  return new OciError("CONTENT_MISMATCH", `content of ${content.digest} is damaged: expected ${wanted}, got ${got}`, {
    detail: { digest: content.digest, size: content.size, ...actual },
  });
}
