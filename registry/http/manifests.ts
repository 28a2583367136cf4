import {
  type Digest,
  digestAlgorithm,
  digestOf,
  isDigest,
  isTag,
  largestManifestBytes,
  type Manifest,
  mediaTypes,
  OciError,
  parseManifest,
  RegistryError,
} from "#oci";
import { accepts } from "./accept.ts";
import {
  answerBytes,
  answerEmpty,
  contentHeaders,
  type Exchange,
  matchesEtag,
  type RegistryStores,
  type Resource,
  wholeBody,
} from "./exchange.ts";

interface ManifestTarget {
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

/** `/v2/<name>/manifests/<reference>` (distribution-spec v1.1, "Pulling manifests", "Pushing Manifests"). */
export const manifests: Resource<ManifestTarget> = {
  GET: sendManifest,
  HEAD: sendManifest,
  PUT: receiveManifest,
  async DELETE({ catalogue }, exchange, { repository, reference }) {
    if (isDigest(reference)) await catalogue.deleteManifest(repository, reference);
    else await catalogue.deleteTag(repository, reference);
    answerEmpty(exchange, 202, {});
  },
};

async function sendManifest({ catalogue }: RegistryStores, exchange: Exchange, target: ManifestTarget): Promise<void> {
  const { request } = exchange;
  const { digest, mediaType, bytes } = await catalogue.manifest(target.repository, target.reference);
  if (!accepts(request.headers.accept, mediaType)) throw notAccepted(mediaType);
  const headers = {
    ...contentHeaders(digest),
    "Cache-Control": isDigest(target.reference) ? "max-age=31536000, immutable" : "no-cache",
    "Content-Type": mediaType,
    Vary: "Accept",
  };
  if (matchesEtag(request, digest)) return answerEmpty(exchange, 304, headers);
  answerBytes(exchange, 200, headers, bytes);
}

async function receiveManifest(
  { catalogue }: RegistryStores,
  exchange: Exchange,
  target: ManifestTarget,
): Promise<void> {
  const { repository, reference } = target;
  const addedTags = readTags(exchange, reference);
  const bytes = await wholeBody(exchange, largestManifestBytes, tooLarge);
  const digest = checkDigest(bytes, reference);
  const mediaType = declaredMediaType(exchange) ?? documentMediaType(bytes);
  const document = parse(bytes, mediaType);
  const tags = isDigest(reference) ? addedTags : [reference];
  await catalogue.putManifest(repository, { digest, mediaType, bytes, document }, tags);
  answerEmpty(exchange, 201, {
    Location: `/v2/${repository}/manifests/${digest}`,
    "Docker-Content-Digest": digest,
    ...(document.subject ? { "OCI-Subject": document.subject.digest } : {}),
    ...(addedTags.length > 0 ? { "OCI-Tag": addedTags } : {}),
  });
}

/** `?tag=` may come several times with a push by digest (distribution-spec, "Pushing Manifests"); ten must be supported. */
const mostTags = 100;

function readTags(exchange: Exchange, reference: string): string[] {
  const tags = [...new Set(exchange.query.getAll("tag"))];
  if (tags.length === 0) return tags;
  if (!isDigest(reference)) throw manifestInvalid("the tag parameter goes with a push by digest");
  if (tags.length > mostTags) throw manifestInvalid(`more than ${mostTags} tags`, 414);
  for (const tag of tags) {
    if (!isTag(tag)) throw manifestInvalid(`not a tag: ${JSON.stringify(tag)}`);
  }
  return tags;
}

function checkDigest(bytes: Uint8Array, reference: string): Digest {
  if (!isDigest(reference)) return digestOf(bytes);
  const actual = digestOf(bytes, digestAlgorithm(reference));
  if (actual !== reference) throw new RegistryError("DIGEST_INVALID", { detail: { expected: reference, actual } });
  return actual;
}

function declaredMediaType({ request }: Exchange): string | undefined {
  return request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() || undefined;
}

/** A client that says nothing is taken at its document's word. */
function documentMediaType(bytes: Uint8Array): string {
  try {
    const document = JSON.parse(Buffer.from(bytes).toString()) as { mediaType?: unknown } | null;
    return typeof document?.mediaType === "string" ? document.mediaType : mediaTypes.imageManifest;
  } catch {
    return mediaTypes.imageManifest;
  }
}

function parse(bytes: Uint8Array, mediaType: string): Manifest {
  try {
    return parseManifest(bytes, mediaType);
  } catch (error) {
    if (!(error instanceof OciError)) throw error;
    throw new RegistryError("MANIFEST_INVALID", { message: error.message, cause: error });
  }
}

function tooLarge(): RegistryError {
  return manifestInvalid(`the manifest is larger than ${largestManifestBytes} bytes`, 413);
}

function notAccepted(mediaType: string): RegistryError {
  return new RegistryError("MANIFEST_UNKNOWN", {
    message: `the manifest is ${mediaType}, which the Accept header does not list`,
    detail: { mediaType },
  });
}

function manifestInvalid(message: string, status = 400): RegistryError {
  return new RegistryError("MANIFEST_INVALID", { message, status });
}
