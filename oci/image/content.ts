import { bytesSource, type ImageTarget } from "../content.ts";
import { describeBytes, type Descriptor } from "../descriptor.ts";

/** Content in memory, with its descriptor. */
export interface Content {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** A manifest and everything that it points at, ready to be stored. */
export interface PackedImage {
  readonly manifest: Content;
  /** In the order in which they must be stored; the manifest comes after them. */
  readonly blobs: readonly Content[];
}

export function jsonContent(mediaType: string, document: unknown): Content {
  return bytesContent(mediaType, Buffer.from(JSON.stringify(document)));
}

export function bytesContent(
  mediaType: string,
  bytes: Uint8Array,
  annotations?: Readonly<Record<string, string>>,
): Content {
  return { descriptor: { ...describeBytes(mediaType, bytes), ...(annotations ? { annotations } : {}) }, bytes };
}

/** Stores a packed image, and points a tag at it when one is given. */
export async function writeImage(
  target: ImageTarget,
  image: PackedImage,
  tag?: string,
  signal?: AbortSignal,
): Promise<void> {
  for (const { descriptor, bytes } of [...image.blobs, image.manifest]) {
    if (!(await target.has(descriptor, signal))) await target.put(descriptor, bytesSource(bytes), { signal });
  }
  if (tag !== undefined) await target.tag(image.manifest.descriptor, tag, signal);
}
