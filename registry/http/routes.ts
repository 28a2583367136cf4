import { type Digest, isDigest, isRepository, isTag, RegistryError } from "#oci";
import { isUploadId, type Upload } from "../blobs/blob-store.ts";

/** What a path below `/v2/` names. Everything in it has been checked: none of it can walk a file system. */
export type Route =
  | { readonly kind: "base" }
  | { readonly kind: "catalog" }
  | { readonly kind: "blob"; readonly repository: string; readonly digest: Digest }
  | { readonly kind: "uploads"; readonly repository: string }
  | { readonly kind: "upload"; readonly repository: string; readonly upload: Upload }
  | { readonly kind: "manifest"; readonly repository: string; readonly reference: string }
  | { readonly kind: "tags"; readonly repository: string }
  | { readonly kind: "referrers"; readonly repository: string; readonly digest: Digest };

/** A repository's name may hold any of the fixed words, so the last match wins: `(.+)` is greedy. */
const patterns = {
  uploads: /^\/v2\/(.+)\/blobs\/uploads\/?$/s,
  upload: /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/s,
  blob: /^\/v2\/(.+)\/blobs\/([^/]+)$/s,
  manifest: /^\/v2\/(.+)\/manifests\/([^/]+)$/s,
  tags: /^\/v2\/(.+)\/tags\/list$/s,
  referrers: /^\/v2\/(.+)\/referrers\/([^/]+)$/s,
} as const;

/**
 * Finds what a path names.
 *
 * @param path of the request, not decoded, without the query
 * @throws {RegistryError} NAME_INVALID, DIGEST_INVALID, MANIFEST_INVALID, BLOB_UPLOAD_UNKNOWN; UNSUPPORTED with
 *   status 404 when it is no path of the API
 */
export function findRoute(path: string): Route {
  const decoded = decode(path);
  if (decoded === "/v2" || decoded === "/v2/") return { kind: "base" };
  if (decoded === "/v2/_catalog") return { kind: "catalog" };
  for (const kind of Object.keys(patterns) as (keyof typeof patterns)[]) {
    const match = patterns[kind].exec(decoded);
    if (match) return route(kind, repositoryName(match[1] ?? ""), match[2] ?? "");
  }
  throw new RegistryError("UNSUPPORTED", { status: 404, message: "not a path of the distribution API" });
}

function route(kind: keyof typeof patterns, repository: string, last: string): Route {
  switch (kind) {
    case "uploads":
    case "tags":
      return { kind, repository };
    case "upload":
      return { kind, repository, upload: uploadOf(repository, last) };
    case "blob":
    case "referrers":
      return { kind, repository, digest: digestOf(last) };
    case "manifest":
      return { kind, repository, reference: referenceOf(last) };
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new RegistryError("NAME_INVALID", { message: "the path is not percent-encoded UTF-8", cause });
  }
}

function repositoryName(text: string): string {
  if (!isRepository(text)) throw new RegistryError("NAME_INVALID", { detail: { name: text } });
  return text;
}

function digestOf(text: string): Digest {
  if (!isDigest(text)) throw digestInvalid(text);
  return text;
}

function referenceOf(text: string): string {
  if (isTag(text) || isDigest(text)) return text;
  if (text.includes(":")) throw digestInvalid(text);
  throw new RegistryError("MANIFEST_INVALID", { message: `not a tag: ${JSON.stringify(text)}` });
}

function uploadOf(repository: string, id: string): Upload {
  if (!isUploadId(id)) throw new RegistryError("BLOB_UPLOAD_UNKNOWN");
  return { scope: repository, id };
}

/** For digests in paths and queries. */
export function digestInvalid(text: string): RegistryError {
  return new RegistryError("DIGEST_INVALID", {
    message: `not a sha256 or sha512 digest: ${JSON.stringify(text.slice(0, 200))}`,
  });
}
