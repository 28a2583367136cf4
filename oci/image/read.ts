import { type ContentReader, readAll, type TransferOptions } from "../content.ts";
import type { Annotations, Descriptor } from "../descriptor.ts";
import type { Digest } from "../digest.ts";
import { OciError } from "../errors.ts";
import { type ImageIndex, type ImageManifest, isImageIndex, parseManifest } from "../manifest.ts";
import { mediaTypes } from "../media-types.ts";
import { type ImageFormat, runtimeConfigKey } from "./pack.ts";
import { readRuntimeConfig, type RuntimeConfig } from "./runtime-config.ts";
import { moduleFile, readTar, runtimeConfigFile } from "./tar.ts";

/** What an image says of the filter in it, before the module is read. */
export interface FilterImage {
  readonly manifest: Descriptor;
  readonly format: ImageFormat;
  /** The layer that holds the module. */
  readonly layer: Descriptor;
  /** SHA-256 of the raw module, when the layer is the module itself: a proxy can fetch it by that. */
  readonly moduleDigest: Digest | undefined;
  /** Undefined until the layer is read for `compat` and `docker`, whose archive holds it. */
  readonly runtimeConfig: RuntimeConfig | undefined;
  readonly annotations: Annotations;
}

/** Types under which tools have pushed raw modules. */
const rawLayers: readonly string[] = [
  mediaTypes.wasmContentLayer,
  mediaTypes.wasmArtifactLayer,
  "application/vnd.wasm.content.layer.v1+wasm",
];
const configLayers: readonly string[] = [mediaTypes.wasmConfigLayer, "application/vnd.wasm.config.v1+json"];
const tarLayers: readonly string[] = [
  mediaTypes.imageLayerTarGzip,
  mediaTypes.imageLayerTar,
  mediaTypes.dockerLayerTarGzip,
];

/** A module is read whole; V8 refuses far smaller ones. */
const largestModuleBytes = 256 * 1024 * 1024;

/**
 * Finds the filter in an image of any of the known formats. An index is followed to linux/amd64, as fetchers do.
 *
 * @throws {OciError} IMAGE_FORMAT_UNKNOWN, naming what was found; CONTENT_NOT_FOUND, MANIFEST_MALFORMED
 */
export async function readFilterImage(
  reader: ContentReader,
  manifest: Descriptor,
  options: TransferOptions = {},
): Promise<FilterImage> {
  const document = parseManifest(await readAll(reader, manifest, options), manifest.mediaType);
  if (isImageIndex(document)) return readFilterImage(reader, choosePlatform(document, manifest), options);
  const annotations = document.annotations ?? {};
  const { layer, format } = findLayer(document, manifest);
  const isTar = format === "compat" || format === "docker";
  return {
    manifest,
    format,
    layer,
    moduleDigest: isTar ? undefined : layer.digest,
    runtimeConfig: isTar ? undefined : await findRuntimeConfig(reader, document, options),
    annotations,
  };
}

export interface FilterContent {
  /** The raw module. */
  readonly module: Buffer;
  readonly runtimeConfig: RuntimeConfig | undefined;
}

/**
 * Reads the raw module out of an image, whatever its format.
 *
 * @throws {OciError} IMAGE_FORMAT_UNKNOWN when an archive has no module; CONTENT_MISMATCH
 */
export async function readModule(
  reader: ContentReader,
  image: FilterImage,
  options: TransferOptions = {},
): Promise<FilterContent> {
  const { layer, runtimeConfig } = image;
  if (layer.size > largestModuleBytes) throw unknownFormat(image.manifest, `its layer has ${layer.size} bytes`);
  const bytes = await readAll(reader, layer, { ...options, limitBytes: largestModuleBytes });
  if (image.moduleDigest !== undefined) return { module: bytes, runtimeConfig };
  const isCompressed = layer.mediaType !== mediaTypes.imageLayerTar;
  const isWanted = (name: string): boolean => name === moduleFile || name === runtimeConfigFile;
  const files = await readTar(bytes, isWanted, { isCompressed, limitBytes: largestModuleBytes });
  const module = files.get(moduleFile);
  if (!module) throw unknownFormat(image.manifest, `its last layer has no ${moduleFile}`);
  const text = files.get(runtimeConfigFile)?.toString("utf8");
  return { module, runtimeConfig: text === undefined ? undefined : readRuntimeConfig(text) };
}

function findLayer(document: ImageManifest, manifest: Descriptor): { layer: Descriptor; format: ImageFormat } {
  const { layers, config } = document;
  const raw =
    layers.find(({ mediaType }) => rawLayers.includes(mediaType)) ?? layers.find((layer) => isTitledModule(layer));
  if (raw) return { layer: raw, format: config.mediaType === mediaTypes.wasmArtifactConfig ? "artifact" : "oci" };
  const last = layers.at(-1);
  if (last && tarLayers.includes(last.mediaType)) {
    return { layer: last, format: manifest.mediaType === mediaTypes.dockerManifest ? "docker" : "compat" };
  }
  const found = layers.map(({ mediaType }) => mediaType).join(", ") || "none";
  throw unknownFormat(manifest, `it has layers of these types: ${found}`);
}

/** `oras push host/name:tag filter.wasm`: without a type it calls a file a tar layer, which it is not. */
function isTitledModule({ annotations = {} }: Descriptor): boolean {
  const isFolder = annotations["io.deis.oras.content.unpack"] === "true";
  return !isFolder && (annotations["org.opencontainers.image.title"]?.endsWith(".wasm") ?? false);
}

async function findRuntimeConfig(
  reader: ContentReader,
  document: ImageManifest,
  options: TransferOptions,
): Promise<RuntimeConfig | undefined> {
  const annotated = document.annotations?.[runtimeConfigKey];
  if (annotated !== undefined) return readRuntimeConfig(annotated);
  const { config, layers } = document;
  const layer = [...layers, config].find(({ mediaType }) => configLayers.includes(mediaType));
  return layer && readRuntimeConfig((await readAll(reader, layer, options)).toString("utf8"));
}

function choosePlatform(index: ImageIndex, manifest: Descriptor): Descriptor {
  const chosen =
    index.manifests.find(({ platform }) => platform?.os === "linux" && platform.architecture === "amd64") ??
    index.manifests.find(({ platform }) => platform?.architecture === "wasm") ??
    (index.manifests.length === 1 ? index.manifests[0] : undefined);
  if (chosen && chosen.digest !== manifest.digest) return chosen;
  throw unknownFormat(manifest, "it is an index without an image for linux/amd64");
}

function unknownFormat({ digest }: Descriptor, why: string): OciError {
  return new OciError("IMAGE_FORMAT_UNKNOWN", `${digest} is not an image of a Proxy-Wasm filter: ${why}`, {
    hint: "wasm inspect shows what is in it",
    detail: { digest },
  });
}
