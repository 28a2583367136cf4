import { type Annotations, type Descriptor, type DigestAlgorithm, digestOf, type Manifest, mediaTypes } from "#oci";
import type { Catalogue, PushedManifest } from "../catalogue.ts";

/**
 * Opens the catalogue of the running test: empty the first time, with what it holds when it is called again.
 * Whatever is still open is closed when the test ends.
 *
 * @param now in place of the clock
 */
export type OpenCatalogue = (now?: () => Date) => Promise<Catalogue>;

/** A blob is what its text says; the catalogue never sees the bytes. */
export function blob(text: string, mediaType: string = mediaTypes.wasmContentLayer): Descriptor {
  return { mediaType, digest: digestOf(text), size: text.length };
}

export const config: Descriptor = blob("{}", mediaTypes.imageConfig);

export function pushed(document: Manifest, algorithm?: DigestAlgorithm): PushedManifest {
  const bytes = Buffer.from(JSON.stringify(document));
  const mediaType = document.mediaType ?? mediaTypes.imageManifest;
  return { digest: digestOf(bytes, algorithm), mediaType, bytes, document };
}

export function descriptorOf({ digest, mediaType, bytes }: PushedManifest): Descriptor {
  return { mediaType, digest, size: bytes.byteLength };
}

interface ImageExtras {
  readonly subject?: Descriptor;
  readonly artifactType?: string;
  readonly annotations?: Annotations;
}

/** An image whose only layer has this text. */
export function image(text: string, extras: ImageExtras = {}): PushedManifest {
  return pushed({
    schemaVersion: 2,
    mediaType: mediaTypes.imageManifest,
    config,
    layers: [blob(text)],
    ...extras,
  });
}

export function index(...manifests: readonly PushedManifest[]): PushedManifest {
  return pushed({
    schemaVersion: 2,
    mediaType: mediaTypes.imageIndex,
    manifests: manifests.map((manifest) => descriptorOf(manifest)),
  });
}

export async function link(catalogue: Catalogue, repository: string, ...blobs: readonly Descriptor[]): Promise<void> {
  await Promise.all(blobs.map(({ digest, size }) => catalogue.linkBlob(repository, digest, size)));
}

/** Pushes an image as a client does: its blobs, then its manifest. */
export async function pushImage(
  catalogue: Catalogue,
  repository: string,
  text: string,
  tags: readonly string[] = [],
  extras: ImageExtras = {},
): Promise<PushedManifest> {
  const manifest = image(text, extras);
  await link(catalogue, repository, config, blob(text));
  await catalogue.putManifest(repository, manifest, tags);
  return manifest;
}

/** A clock that goes on by a second each time it is read. */
export function tickingClock(): () => Date {
  let moment = Date.UTC(2026, 0, 1);
  return () => new Date((moment += 1000));
}
