import { errorCode } from "#core";
import {
  contentNotFound,
  type ContentReader,
  type ContentSource,
  type ContentWriter,
  type Descriptor,
  isDigest,
  isManifest,
  type Manifest,
  OciError,
  parseManifest,
  readAll,
  type ReferrerLister,
  type Resolver,
  type Tagger,
  type TransferOptions,
} from "#oci";
import type { BlobFiles } from "./blob-files.ts";
import { StoreError, writeFailed } from "./errors.ts";
import type { IndexFile } from "./index-file.ts";
import { checkComplete } from "./reachable.ts";
import { refName, refNameKey } from "./ref-name.ts";

/** One repository of the local store. Blobs are shared by all of them. Made by {@link OciLayout.repository}. */
export class LayoutRepository implements ContentReader, ContentWriter, Resolver, Tagger, ReferrerLister {
  readonly name: string;
  readonly #index: IndexFile;
  readonly #blobs: BlobFiles;

  constructor(name: string, index: IndexFile, blobs: BlobFiles) {
    this.name = name;
    this.#index = index;
    this.#blobs = blobs;
  }

  async resolve(tagOrDigest: string): Promise<Descriptor> {
    const entries = await this.#index.read();
    const byName = entries.find((entry) => refName(entry) === this.#refName(tagOrDigest));
    // A digest names the same content in every repository.
    const entry = byName ?? (isDigest(tagOrDigest) ? entries.find(({ digest }) => digest === tagOrDigest) : undefined);
    if (!entry) throw contentNotFound(this.#refName(tagOrDigest), "the local store");
    return plain(entry);
  }

  /** A referrer is there when the index lists it too: until then nobody would find it. */
  async has(content: Descriptor): Promise<boolean> {
    if (!(await this.#hasBytes(content))) return false;
    if (!isManifest(content.mediaType)) return true;
    const { subject } = await this.#readManifest(content);
    return subject === undefined || (await this.#index.read()).some(({ digest }) => digest === content.digest);
  }

  async *open(
    content: Descriptor,
    options: TransferOptions & { readonly offsetBytes?: number } = {},
  ): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#blobs.read(content.digest, options)) {
        options.onBytes?.(chunk.byteLength);
        yield chunk;
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      if (errorCode(error) === "ENOENT") throw contentNotFound(content.digest, "the local store", error);
      throw error;
    }
  }

  async put(content: Descriptor, source: ContentSource, options: TransferOptions = {}): Promise<void> {
    if (!(await this.#hasBytes(content))) {
      await this.#writing(content.digest, () => this.#blobs.write(content, source(0), options));
    }
    if (isManifest(content.mediaType)) await this.#rememberReferrer(content);
  }

  async tag(manifest: Descriptor, tag: string, signal?: AbortSignal): Promise<void> {
    await this.#name(manifest, this.#refName(tag), signal);
  }

  /** Names a manifest by its digest, so that it is listed and kept without a tag. */
  async pin(manifest: Descriptor, signal?: AbortSignal): Promise<void> {
    await this.#name(manifest, this.#refName(manifest.digest), signal);
  }

  /** Takes a tag, or a digest's name, away. The content stays until {@link OciLayout.collect}. @throws {OciError} CONTENT_NOT_FOUND */
  async untag(tagOrDigest: string, signal?: AbortSignal): Promise<Descriptor> {
    const name = this.#refName(tagOrDigest);
    let removed: Descriptor | undefined;
    await this.#writing(name, () =>
      this.#index.change((entries) => {
        removed = entries.find((entry) => refName(entry) === name);
        return removed ? entries.filter((entry) => entry !== removed) : entries;
      }, signal),
    );
    if (!removed) throw contentNotFound(name, "the local store");
    return plain(removed);
  }

  async *referrers(subject: Descriptor, artifactType?: string, signal?: AbortSignal): AsyncGenerator<Descriptor> {
    const seen = new Set<string>();
    for (const entry of await this.#index.read()) {
      if (refName(entry) !== undefined || seen.has(entry.digest)) continue;
      seen.add(entry.digest);
      if (artifactType !== undefined && entry.artifactType !== artifactType) continue;
      const document = await this.#readManifest(entry, signal);
      if (document.subject?.digest === subject.digest) yield entry;
    }
  }

  /** Manifests are small enough to look into: one that was damaged on the disk is written anew. */
  async #hasBytes(content: Descriptor): Promise<boolean> {
    if ((await this.#blobs.size(content.digest)) !== content.size) return false;
    if (!isManifest(content.mediaType)) return true;
    try {
      await readAll(this, content);
      return true;
    } catch (error) {
      if (error instanceof OciError && error.code === "CONTENT_MISMATCH") return false;
      throw error;
    }
  }

  async #readManifest(content: Descriptor, signal?: AbortSignal): Promise<Manifest> {
    return parseManifest(await readAll(this, content, { signal }), content.mediaType);
  }

  async #name(manifest: Descriptor, name: string, signal?: AbortSignal): Promise<void> {
    const entry = { ...plain(manifest), annotations: { [refNameKey]: name } };
    await this.#writing(name, () =>
      this.#index.change(async (entries) => {
        // Under the lock: what a collection may have taken meanwhile is noticed before a name leads to it.
        await checkComplete(manifest, this);
        return [...entries.filter((other) => refName(other) !== name), entry];
      }, signal),
    );
  }

  /** A manifest with a subject has no name; the index lists it, so that it is found and kept. */
  async #rememberReferrer(content: Descriptor): Promise<void> {
    const document = await this.#readManifest(content);
    if (!document.subject) return;
    const artifactType = document.artifactType ?? ("config" in document ? document.config.mediaType : undefined);
    const entry = { ...plain(content), ...(artifactType === undefined ? {} : { artifactType }) };
    await this.#writing(content.digest, () =>
      this.#index.change((entries) =>
        entries.some(({ digest }) => digest === content.digest) ? entries : [...entries, entry],
      ),
    );
  }

  #refName(tagOrDigest: string): string {
    return isDigest(tagOrDigest) ? `${this.name}@${tagOrDigest}` : `${this.name}:${tagOrDigest}`;
  }

  async #writing(what: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const isDisk = errorCode(error)?.startsWith("E") && !(error instanceof OciError || error instanceof StoreError);
      throw isDisk && (error as NodeJS.ErrnoException).syscall
        ? writeFailed(`${what} into the local store`, error)
        : error;
    }
  }
}

function plain({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}
