import { gzipSync } from "node:zlib";
import type { Annotations } from "../descriptor.ts";
import { digestOf } from "../digest.ts";
import type { ImageManifest } from "../manifest.ts";
import { mediaTypes } from "../media-types.ts";
import { bytesContent, type Content, jsonContent, type PackedImage } from "./content.ts";
import type { RuntimeConfig } from "./runtime-config.ts";
import { moduleFile, packTar, runtimeConfigFile } from "./tar.ts";

/**
 * - `oci`, `compat`, `docker`: the variants of the Wasm Artifact Image Specification (two layers with the raw module; one
 *   tar layer; the same with Docker's media types), which Istio's agent and Envoy Gateway load
 * - `artifact`: the CNCF's Wasm OCI artifact, for component tools
 */
export const imageFormats = ["oci", "compat", "docker", "artifact"] as const;

export type ImageFormat = (typeof imageFormats)[number];

export interface FilterImageInput {
  /** The raw module. */
  readonly module: Uint8Array;
  readonly runtimeConfig: RuntimeConfig;
  /** `org.opencontainers.image.*` of the manifest. */
  readonly annotations?: Annotations;
  /** Default `oci`. */
  readonly format?: ImageFormat;
}

/** Where the `artifact` format, which has no place for it, keeps the runtime configuration. */
export const runtimeConfigKey = "dev.wasm-hub.runtime-config";

/** Packs a module into an image. The same input gives the same bytes: nothing in it knows the time. */
export async function packFilterImage(input: FilterImageInput): Promise<PackedImage> {
  return packers[input.format ?? "oci"](input);
}

const packers: Readonly<Record<ImageFormat, (input: FilterImageInput) => PackedImage | Promise<PackedImage>>> = {
  oci: packOci,
  compat: (input) =>
    packTarImage(input, mediaTypes.imageManifest, mediaTypes.imageConfig, mediaTypes.imageLayerTarGzip),
  docker: (input) =>
    packTarImage(input, mediaTypes.dockerManifest, mediaTypes.dockerConfig, mediaTypes.dockerLayerTarGzip),
  artifact: packArtifact,
};

function packOci({ module, runtimeConfig, annotations }: FilterImageInput): PackedImage {
  const content = bytesContent(mediaTypes.wasmContentLayer, module, titled(moduleFile));
  const runtime = bytesContent(
    mediaTypes.wasmConfigLayer,
    Buffer.from(JSON.stringify(runtimeConfig)),
    titled(runtimeConfigFile),
  );
  const config = imageConfig(mediaTypes.imageConfig, [content.bytes, runtime.bytes]);
  return pack(mediaTypes.imageManifest, config, [content, runtime], annotations);
}

async function packTarImage(
  input: FilterImageInput,
  manifestType: string,
  configType: string,
  layerType: string,
): Promise<PackedImage> {
  const { module, runtimeConfig, annotations } = input;
  const tar = await packTar([
    { name: runtimeConfigFile, bytes: Buffer.from(JSON.stringify(runtimeConfig)) },
    { name: moduleFile, bytes: module },
  ]);
  const layer = bytesContent(layerType, gzipSync(tar, { level: 9 }));
  // Docker's manifest has no annotations.
  return pack(
    manifestType,
    imageConfig(configType, [tar]),
    [layer],
    manifestType === mediaTypes.imageManifest ? annotations : undefined,
  );
}

function packArtifact({ module, runtimeConfig, annotations }: FilterImageInput): PackedImage {
  const layer = bytesContent(mediaTypes.wasmArtifactLayer, module, titled(moduleFile));
  const config = jsonContent(mediaTypes.wasmArtifactConfig, {
    architecture: "wasm",
    os: "wasip1",
    layerDigests: [layer.descriptor.digest],
  });
  return pack(mediaTypes.imageManifest, config, [layer], {
    ...annotations,
    [runtimeConfigKey]: JSON.stringify(runtimeConfig),
  });
}

function pack(mediaType: string, config: Content, layers: readonly Content[], annotations?: Annotations): PackedImage {
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
  return { manifest: jsonContent(mediaType, manifest), blobs: [config, ...layers] };
}

/** Image-spec v1.1, config.md. Fetchers that pull by platform ask for linux/amd64. */
function imageConfig(mediaType: string, layers: readonly Uint8Array[]): Content {
  const rootfs = { type: "layers", diff_ids: layers.map((bytes) => digestOf(bytes)) };
  return jsonContent(mediaType, { architecture: "amd64", os: "linux", config: {}, rootfs });
}

function titled(name: string): Annotations {
  return { "org.opencontainers.image.title": name };
}
