/** Media types of image-spec v1.1 and of the formats that carry Proxy-Wasm modules. */
export const mediaTypes = {
  imageManifest: "application/vnd.oci.image.manifest.v1+json",
  imageIndex: "application/vnd.oci.image.index.v1+json",
  imageConfig: "application/vnd.oci.image.config.v1+json",
  imageLayerTarGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  imageLayerTar: "application/vnd.oci.image.layer.v1.tar",
  /** The two bytes `{}` (image-spec v1.1, manifest.md, "Guidance for an Empty Descriptor"). */
  empty: "application/vnd.oci.empty.v1+json",

  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerManifestList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
  dockerLayerTarGzip: "application/vnd.docker.image.rootfs.diff.tar.gzip",

  /** Raw module (Wasm Artifact Image Specification, "oci" variant). */
  wasmContentLayer: "application/vnd.module.wasm.content.layer.v1+wasm",
  /** `runtime-config.json` (same). */
  wasmConfigLayer: "application/vnd.module.wasm.config.v1+json",

  /** CNCF Wasm OCI artifact (TAG Runtime, "Wasm OCI Artifact Layout"). */
  wasmArtifactConfig: "application/vnd.wasm.config.v0+json",
  wasmArtifactLayer: "application/wasm",
} as const;

const manifests: readonly string[] = [mediaTypes.imageManifest, mediaTypes.dockerManifest];
const indexes: readonly string[] = [mediaTypes.imageIndex, mediaTypes.dockerManifestList];

export function isImageManifest(mediaType: string): boolean {
  return manifests.includes(mediaType);
}

export function isIndex(mediaType: string): boolean {
  return indexes.includes(mediaType);
}

/** Whether a registry serves this under `/manifests/` and not under `/blobs/`. */
export function isManifest(mediaType: string): boolean {
  return isImageManifest(mediaType) || isIndex(mediaType);
}

/** What a client says it accepts when it asks for a manifest by tag. */
export const acceptedManifests: string = [...manifests, ...indexes].join(", ");
