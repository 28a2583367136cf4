import {
  bytesSource,
  describeBytes,
  type Descriptor,
  type Digest,
  type ImageIndex,
  type ImageManifest,
  isImageIndex,
  mediaTypes,
  OciError,
  parseManifest,
  readAll,
} from "#oci";
import type { RemoteRepository } from "./repository.ts";

/** The tag under which a registry without the referrers API keeps the list (distribution-spec v1.1, "Referrers Tag Schema"). */
export function referrersTag(subject: Digest): string {
  const [algorithm = "", encoded = ""] = subject.split(":");
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`;
}

/** The list under the tag; empty when there is none. */
export async function readReferrersTag(
  repository: RemoteRepository,
  subject: Digest,
  signal?: AbortSignal,
): Promise<readonly Descriptor[]> {
  try {
    const found = await repository.resolve(referrersTag(subject), signal);
    const index = parseManifest(await readAll(repository, found, { signal }), found.mediaType);
    return isImageIndex(index) ? index.manifests : [];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Adds a referrer to the list under the tag. Two clients at once can lose one of theirs: the schema knows no better. */
export async function addToReferrersTag(
  repository: RemoteRepository,
  referrer: Descriptor,
  document: ImageManifest | ImageIndex,
  signal?: AbortSignal,
): Promise<void> {
  const subject = document.subject;
  if (!subject) return;
  const manifests = await readReferrersTag(repository, subject.digest, signal);
  if (manifests.some(({ digest }) => digest === referrer.digest)) return;
  const artifactType = document.artifactType ?? ("config" in document ? document.config.mediaType : undefined);
  const entry: Descriptor = {
    ...referrer,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(document.annotations === undefined ? {} : { annotations: document.annotations }),
  };
  const index: ImageIndex = { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: [...manifests, entry] };
  const bytes = Buffer.from(JSON.stringify(index));
  const descriptor = describeBytes(mediaTypes.imageIndex, bytes);
  await repository.put(descriptor, bytesSource(bytes), { signal });
  await repository.tag(descriptor, referrersTag(subject.digest), signal);
}

function isNotFound(error: unknown): boolean {
  return error instanceof OciError && error.code === "CONTENT_NOT_FOUND";
}
