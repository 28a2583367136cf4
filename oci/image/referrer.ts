import type { Annotations, Descriptor } from "../descriptor.ts";
import type { ImageManifest } from "../manifest.ts";
import { mediaTypes } from "../media-types.ts";
import { bytesContent, type PackedImage } from "./content.ts";

/** Artifact types of what we attach to an image (docs/formats/image.md). */
export const referrerTypes = {
  configSchema: "application/vnd.wasm-hub.config-schema.v1",
  readme: "application/vnd.wasm-hub.readme.v1",
} as const;

export interface ReferrerInput {
  /** The image that it is about. */
  readonly subject: Descriptor;
  readonly artifactType: string;
  /** Media type of the one layer. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** File name, as `oras pull` will write it. */
  readonly title: string;
  readonly annotations?: Annotations;
}

/** Packs one document as a referrer (image-spec v1.1, manifest.md, "Guidelines for Artifact Usage"). */
export function packReferrer({
  subject,
  artifactType,
  mediaType,
  bytes,
  title,
  annotations,
}: ReferrerInput): PackedImage {
  const config = bytesContent(mediaTypes.empty, Buffer.from("{}"));
  const layer = bytesContent(mediaType, bytes, { "org.opencontainers.image.title": title });
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.imageManifest,
    artifactType,
    config: config.descriptor,
    layers: [layer.descriptor],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    ...(annotations ? { annotations } : {}),
  };
  return {
    manifest: bytesContent(mediaTypes.imageManifest, Buffer.from(JSON.stringify(manifest))),
    blobs: [config, layer],
  };
}
