import {
  contentNotFound,
  type Descriptor,
  type ImageSource,
  OciError,
  type ReferrerLister,
  formatReference,
} from "#oci";
import type { RemoteRepository } from "#oci/client";
import { type FilterContent, type FilterImage, readModule } from "#oci/image";
import { type LayoutRepository, OciLayout, repositoryName } from "#oci/layout";
import type { Context } from "./context.ts";
import { type ImageReference } from "./references.ts";
import { openRegistry, type RegistryFlags } from "./registries.ts";
import { nearest } from "./suggest.ts";

/** The local store, made when it is absent: for what writes. */
export function openStore({ folders }: Pick<Context, "folders">): Promise<OciLayout> {
  return OciLayout.open(folders.store);
}

/** The local store, for what only reads: none is made where there is none. */
export function existingStore({ folders }: Pick<Context, "folders">): Promise<OciLayout | undefined> {
  return OciLayout.existing(folders.store);
}

/** An image of the local store. */
export interface StoredImage {
  readonly store: OciLayout;
  readonly repository: LayoutRepository;
  readonly manifest: Descriptor;
}

/**
 * Finds an image in the local store.
 *
 * @param hint what the person can do when it is not there
 * @throws {OciError} CONTENT_NOT_FOUND
 */
export async function resolveStored(context: Context, reference: ImageReference, hint: string): Promise<StoredImage> {
  const found = await lookInStore(context, reference);
  if (found) return found;
  throw notFound(reference, "the local store", hint);
}

/** Where an image was found. */
export interface FoundImage {
  readonly source: ImageSource & ReferrerLister;
  readonly manifest: Descriptor;
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
  const stored = await lookInStore(context, reference);
  if (stored) return { source: stored.repository, manifest: stored.manifest, where: "store" };
  if (reference.registry === undefined) {
    throw notFound(
      reference,
      "the local store",
      "wasm list shows what is there; a reference with a registry is looked for there too",
    );
  }
  const source = openRegistry(context, reference.registry, flags).repository(reference.repository);
  return { source, manifest: await resolveRemote(source, reference, context.signal), where: "registry" };
}

/** Reads the module of an image that was found, and shows how far it is when it comes from a registry. */
export async function readFoundModule(context: Context, found: FoundImage, image: FilterImage): Promise<FilterContent> {
  const { signal, progress } = context;
  if (found.where === "store") return readModule(found.source, image, { signal });
  const task = progress.task(
    `fetching ${image.layer.digest.slice("sha256:".length, "sha256:".length + 12)}`,
    image.layer.size,
  );
  try {
    const content = await readModule(found.source, image, { signal, onBytes: (bytes) => task.advance(bytes) });
    task.done();
    return content;
  } catch (error) {
    task.fail();
    throw error;
  }
}

/** Resolves a reference in its registry. @throws {OciError} CONTENT_NOT_FOUND, with the tags that are there */
export async function resolveRemote(
  source: RemoteRepository,
  reference: ImageReference,
  signal: AbortSignal,
): Promise<Descriptor> {
  try {
    return await source.resolve(reference.tagOrDigest, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new OciError("CONTENT_NOT_FOUND", error.message, {
      hint: await tagsHint(source, reference, signal),
      cause: error,
      detail: { reference: formatReference(reference) },
    });
  }
}

async function lookInStore(context: Context, reference: ImageReference): Promise<StoredImage | undefined> {
  const store = await existingStore(context);
  if (!store) return undefined;
  const repository = store.repository(repositoryName(reference));
  try {
    return { store, repository, manifest: await repository.resolve(reference.tagOrDigest) };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}

const mostTags = 8;

async function tagsHint(source: RemoteRepository, reference: ImageReference, signal: AbortSignal): Promise<string> {
  const tags: string[] = [];
  try {
    for await (const tag of source.tags(signal)) tags.push(tag);
  } catch (error) {
    signal.throwIfAborted();
    const isUnknown = isNotFound(error);
    return isUnknown ? `there is nothing under ${source.reference}` : "check the name and the tag";
  }
  const near = nearest(reference.tagOrDigest, tags);
  if (near !== undefined) return `did you mean ${formatReference({ ...withoutTag(reference), tag: near })}?`;
  if (tags.length === 0) return `${source.reference} has no tags`;
  const last = tags.slice(-mostTags);
  const more = tags.length > last.length ? `, and ${tags.length - last.length} more` : "";
  return `${source.reference} has ${last.join(", ")}${more}`;
}

function withoutTag({ registry, repository }: ImageReference): Pick<ImageReference, "registry" | "repository"> {
  return { repository, ...(registry === undefined ? {} : { registry }) };
}

function isNotFound(error: unknown): error is OciError {
  return error instanceof OciError && error.code === "CONTENT_NOT_FOUND";
}

function notFound(reference: ImageReference, where: string, hint: string): OciError {
  const { message } = contentNotFound(formatReference(reference), where);
  return new OciError("CONTENT_NOT_FOUND", message, { hint, detail: { reference: formatReference(reference) } });
}
