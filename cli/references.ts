import { parseReference, type Reference } from "#oci";
import { usageError } from "./errors.ts";
import { readHost } from "./host.ts";

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
 * @throws {CliError} USAGE for the path of a module, or a hub that is no host
 */
export function readReference(text: string, hub: string | undefined): ImageReference {
  if (isFile(text)) {
    throw usageError(`${JSON.stringify(text)} is a file, and an image is needed here`, {
      hint: "wasm build makes an image of a project; wasm inspect shows a file",
    });
  }
  const reference = parseReference(text, { defaultRegistry: hub === undefined ? undefined : readHost(hub) });
  const { digest, tag = digest === undefined ? "latest" : undefined } = reference;
  return { ...reference, ...(tag === undefined ? {} : { tag }), tagOrDigest: digest ?? tag ?? "latest" };
}

/** `filter.wasm`, `./build/filter.wasm`; not `hub.example/me/filter.wasm`. */
function isFile(text: string): boolean {
  if (!text.endsWith(".wasm") || /[:@]/.test(text)) return false;
  const [first = ""] = text.split("/");
  const isHost = first !== text && /[^.]\.|^localhost$/.test(first);
  return !isHost;
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
