import { contentNotFound, type ImageSource, OciError, type ReferrerLister } from "#oci";
import { OciLayout, repositoryName } from "#oci/layout";
import type { Context } from "./context.ts";
import { formatImage, type ImageReference } from "./references.ts";
import { openRegistry, type RegistryFlags } from "./registries.ts";

export function openStore(context: Context): Promise<OciLayout> {
  return OciLayout.open(context.folders.store);
}

/** Where an image was found. */
export interface FoundImage {
  readonly source: ImageSource & ReferrerLister;
  readonly where: "store" | "registry";
}

/**
 * Finds an image in the local store, else in its registry.
 *
 * @throws {OciError} CONTENT_NOT_FOUND, saying where was looked
 */
export async function findImage(
  context: Context,
  reference: ImageReference,
  flags: RegistryFlags = {},
): Promise<FoundImage> {
  const local = (await openStore(context)).repository(repositoryName(reference));
  try {
    await local.resolve(reference.tagOrDigest);
    return { source: local, where: "store" };
  } catch (error) {
    if (!(error instanceof OciError) || error.code !== "CONTENT_NOT_FOUND") throw error;
  }
  if (reference.registry === undefined) {
    throw notHere(
      reference,
      "the local store",
      "wasm list shows what is there; a reference with a registry is looked for there too",
    );
  }
  const source = openRegistry(context, reference.registry, flags).repository(reference.repository);
  return { source, where: "registry" };
}

/** Adds to a reference that no registry knows what the person can do. */
export function notHere(reference: ImageReference, where: string, hint: string): OciError {
  const { message } = contentNotFound(formatImage(reference), where);
  return new OciError("CONTENT_NOT_FOUND", message, { hint, detail: { reference: formatImage(reference) } });
}
