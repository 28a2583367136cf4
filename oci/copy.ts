import { type Progress, silentProgress } from "#core";
import {
  bytesSource,
  type ContentReader,
  type ContentSource,
  type ContentWriter,
  type ImageSource,
  type ImageTarget,
  listsReferrers,
  mounts,
  readAll,
  type ReferrerLister,
} from "./content.ts";
import type { Descriptor } from "./descriptor.ts";
import { isManifest } from "./media-types.ts";
import { parseManifest, successors } from "./manifest.ts";

export interface CopyOptions {
  /** Tag at the target; absent: none, the manifest can be had by its digest. */
  readonly tag?: string | undefined;
  /** Whether manifests that refer to the image are copied too. Default false. */
  readonly referrers?: boolean;
  /** Repositories of the target's registry that may hold the blobs already. */
  readonly mountFrom?: readonly string[];
  readonly progress?: Progress;
  readonly signal?: AbortSignal | undefined;
}

export interface CopyResult {
  readonly manifest: Descriptor;
  /** Manifests and blobs that were sent, mounted, and there already. */
  readonly copied: number;
  readonly mounted: number;
  readonly skipped: number;
  readonly copiedBytes: number;
}

const blobsAtOnce = 3;

/**
 * Copies an image: everything its manifest points at first, then the manifest, then the tag, so that a reader of the
 * target never sees half an image.
 *
 * @param image a tag, a digest, or what one of them was resolved to
 * @throws {OciError} CONTENT_NOT_FOUND, CONTENT_MISMATCH, MANIFEST_MALFORMED
 */
export async function copyImage(
  source: ImageSource,
  target: ImageTarget,
  image: string | Descriptor,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const manifest = typeof image === "string" ? await source.resolve(image, options.signal) : image;
  const copy = new ImageCopy(source, target, options);
  await copy.manifest(manifest);
  if (options.referrers && listsReferrers(source)) await copyReferrers(source, manifest, copy, options.signal);
  if (options.tag !== undefined) await target.tag(manifest, options.tag, options.signal);
  return { manifest, ...copy.counts };
}

/** A referrer has referrers too: the signature of a bill of materials. */
async function copyReferrers(
  source: ReferrerLister,
  subject: Descriptor,
  copy: ImageCopy,
  signal?: AbortSignal,
): Promise<void> {
  for await (const referrer of source.referrers(subject, undefined, signal)) {
    if (await copy.manifest(referrer)) await copyReferrers(source, referrer, copy, signal);
  }
}

class ImageCopy {
  readonly counts = { copied: 0, mounted: 0, skipped: 0, copiedBytes: 0 };
  readonly #source: ContentReader;
  readonly #target: ContentReader & ContentWriter;
  readonly #options: CopyOptions;
  readonly #progress: Progress;
  readonly #seen = new Set<string>();

  constructor(source: ContentReader, target: ContentReader & ContentWriter, options: CopyOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#progress = options.progress ?? silentProgress;
  }

  /** @returns false when it was copied before */
  async manifest(content: Descriptor): Promise<boolean> {
    if (this.#seen.has(content.digest)) return false;
    this.#seen.add(content.digest);
    const { signal } = this.#options;
    const bytes = await readAll(this.#source, content, { signal });
    const document = parseManifest(bytes, content.mediaType);
    const children = successors(document);
    await inTurns(
      children.filter(({ mediaType }) => !isManifest(mediaType)),
      blobsAtOnce,
      (child) => this.#blob(child),
    );
    for (const child of children) {
      if (isManifest(child.mediaType)) await this.manifest(child);
    }
    await this.#content(content, "manifest", bytesSource(bytes));
    return true;
  }

  async #blob(content: Descriptor): Promise<void> {
    if (this.#seen.has(content.digest)) return;
    this.#seen.add(content.digest);
    const from = this.#source;
    const { signal } = this.#options;
    await this.#content(content, "blob", (offsetBytes) => from.open(content, { offsetBytes, signal }));
  }

  async #content(content: Descriptor, kind: "blob" | "manifest", source: ContentSource): Promise<void> {
    const { signal } = this.#options;
    const task = this.#progress.task(
      `${kind} ${content.digest.slice("sha256:".length, "sha256:".length + 12)}`,
      content.size,
    );
    try {
      if (await this.#target.has(content, signal)) {
        this.counts.skipped++;
        return task.done("already there");
      }
      if (kind === "blob" && (await this.#mount(content))) {
        this.counts.mounted++;
        return task.done("mounted");
      }
      await this.#target.put(content, source, { signal, onBytes: (bytes) => task.advance(bytes) });
      this.counts.copied++;
      this.counts.copiedBytes += content.size;
      task.done();
    } catch (error) {
      task.fail();
      throw error;
    }
  }

  async #mount(content: Descriptor): Promise<boolean> {
    const target = this.#target;
    if (!mounts(target)) return false;
    for (const repository of this.#options.mountFrom ?? []) {
      if (await target.mount(content, repository, this.#options.signal)) return true;
    }
    return false;
  }
}

/** Runs `work` on each item, at most `atOnce` at a time; the first failure ends it after what is running has ended. */
async function inTurns<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  const turn = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) {
      try {
        await work(item);
      } catch (error) {
        rest.length = 0;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: atOnce }, turn));
  const failure = results.find((result) => result.status === "rejected");
  if (failure) throw failure.reason;
}
