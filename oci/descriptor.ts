import { type Digest, digestOf } from "./digest.ts";

/** What one piece of content is, before its bytes are seen (image-spec v1.1, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes, of the content as stored (compressed, if its media type says so). */
  readonly size: number;
  readonly annotations?: Annotations;
  /** Only in an index or a referrers list: the type of the artifact that a manifest describes. */
  readonly artifactType?: string;
  /** Only in an index: where the content runs. */
  readonly platform?: Platform;
}

export type Annotations = Readonly<Record<string, string>>;

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Describes bytes that are in memory. */
export function describeBytes(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
}
