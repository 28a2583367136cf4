import { formatReference, parseReference, type Reference } from "#oci";
import { usageError } from "./errors.ts";

/** A reference of an image in a registry, with all that is needed to find it. */
export interface ImageReference extends Reference {
  /** A tag or a digest. */
  readonly tagOrDigest: string;
}

export interface RegistryReference extends ImageReference {
  readonly registry: string;
}

/**
 * Reads a reference that somebody typed. Without a tag and a digest it means `latest`, as everywhere.
 *
 * @param hub registry of references that name none
 * @throws {OciError} REFERENCE_MALFORMED
 */
export function readReference(text: string, hub: string | undefined): ImageReference {
  const reference = parseReference(text, { defaultRegistry: hub });
  const { digest, tag = digest === undefined ? "latest" : undefined } = reference;
  return { ...reference, ...(tag === undefined ? {} : { tag }), tagOrDigest: digest ?? tag ?? "latest" };
}

/** @throws {CliError} USAGE when no registry is named, by the reference or as the default */
export function readRegistryReference(text: string, hub: string | undefined): RegistryReference {
  const reference = readReference(text, hub);
  if (reference.registry !== undefined) return { ...reference, registry: reference.registry };
  throw usageError(`${JSON.stringify(text)} names no registry`, {
    hint: `write HOST/${text}, or set WASM_HUB (or --hub) to the host of your hub`,
  });
}

/** A reference with a tag, for what gives names. @throws {CliError} USAGE for a digest */
export function readTagReference(text: string, hub: string | undefined): ImageReference & { readonly tag: string } {
  const { digest, tag, ...rest } = readReference(text, hub);
  if (digest !== undefined || tag === undefined) {
    throw usageError(`${JSON.stringify(text)} is a digest; a name with a tag is needed here`, {
      hint: "such as me/my-filter:v1",
    });
  }
  return { ...rest, tag };
}

export function formatImage(reference: ImageReference): string {
  const { registry, repository, tag, digest } = reference;
  return formatReference({
    ...(registry === undefined ? {} : { registry }),
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  });
}
