import type { Annotations, Descriptor } from "./descriptor.ts";
import { isDigest } from "./digest.ts";
import { OciError } from "./errors.ts";
import { isImageManifest, isIndex } from "./media-types.ts";

/** image-spec v1.1, manifest.md. Docker's manifest v2 has the same shape. */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  /** Base layer first. */
  readonly layers: readonly Descriptor[];
  /** The manifest that this one refers to: it is then listed by the referrers API. */
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
}

/** image-spec v1.1, image-index.md. Docker's manifest list has the same shape. */
export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
}

export type Manifest = ImageManifest | ImageIndex;

export function isImageIndex(manifest: Manifest): manifest is ImageIndex {
  return "manifests" in manifest;
}

/**
 * Reads an image manifest or an index from untrusted bytes.
 *
 * @param mediaType what the transport said (`Content-Type`, or a descriptor); the document's own `mediaType` must agree
 * @throws {OciError} MANIFEST_MALFORMED, naming the field
 */
export function parseManifest(bytes: Uint8Array, mediaType: string): Manifest {
  const document = parseJson(bytes);
  if (document["schemaVersion"] !== 2) throw invalid("schemaVersion is not 2");
  if (document["mediaType"] !== undefined && document["mediaType"] !== mediaType) {
    throw invalid(`mediaType is ${JSON.stringify(document["mediaType"])}, but it was served as ${mediaType}`);
  }
  checkOptional(document);
  if (isImageManifest(mediaType)) {
    checkDescriptor(document["config"], "config");
    checkDescriptors(document["layers"], "layers");
    if ("manifests" in document) throw invalid("an image manifest has no manifests");
    return document as unknown as ImageManifest;
  }
  if (isIndex(mediaType)) {
    checkDescriptors(document["manifests"], "manifests");
    if ("layers" in document || "config" in document) throw invalid("an index has no config and no layers");
    return document as unknown as ImageIndex;
  }
  throw invalid(`unknown media type ${mediaType}`);
}

/** Everything that a manifest points at, its subject excepted, in the order in which it is written. */
export function successors(manifest: Manifest): readonly Descriptor[] {
  return isImageIndex(manifest) ? manifest.manifests : [manifest.config, ...manifest.layers];
}

/**
 * Checks a list of descriptors from untrusted JSON.
 *
 * @param path what the list is called in messages
 * @throws {OciError} MANIFEST_MALFORMED
 */
export function parseDescriptors(value: unknown, path: string): readonly Descriptor[] {
  checkDescriptors(value, path);
  return value as readonly Descriptor[];
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid("not JSON", cause);
  }
  if (!isObject(document)) throw invalid("not a JSON object");
  return document;
}

function checkOptional(document: Record<string, unknown>): void {
  if (document["subject"] !== undefined) checkDescriptor(document["subject"], "subject");
  if (document["annotations"] !== undefined) checkAnnotations(document["annotations"], "annotations");
  const artifactType = document["artifactType"];
  if (artifactType !== undefined && typeof artifactType !== "string") throw invalid("artifactType is not a string");
}

function checkDescriptors(value: unknown, path: string): void {
  if (!Array.isArray(value)) throw invalid(`${path} is not a list`);
  for (const [index, item] of value.entries()) checkDescriptor(item, `${path}[${index}]`);
}

function checkDescriptor(value: unknown, path: string): void {
  if (!isObject(value)) throw invalid(`${path} is not a descriptor`);
  const { mediaType, digest, size } = value;
  if (typeof mediaType !== "string" || mediaType === "") throw invalid(`${path}.mediaType is not a media type`);
  if (typeof digest !== "string" || !isDigest(digest)) throw invalid(`${path}.digest is not a digest`);
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw invalid(`${path}.size is not a number of bytes`);
  if (value["annotations"] !== undefined) checkAnnotations(value["annotations"], `${path}.annotations`);
}

function checkAnnotations(value: unknown, path: string): void {
  if (!isObject(value) || Object.values(value).some((item) => typeof item !== "string")) {
    throw invalid(`${path} is not a map of strings`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(problem: string, cause?: unknown): OciError {
  return new OciError("MANIFEST_MALFORMED", `not a manifest: ${problem}`, { cause });
}
