import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, pathExists, writeFileAtomic } from "#core";
import { type Descriptor, formatReference, parseReference, type Reference } from "#oci";
import { BlobFiles } from "./blob-files.ts";
import { notALayout, StoreError, writeFailed } from "./errors.ts";
import { IndexFile } from "./index-file.ts";
import { findReachable } from "./reachable.ts";
import { refName } from "./ref-name.ts";
import { LayoutRepository } from "./repository.ts";

/** One image of the store, under one of its names. */
export interface StoredImage {
  readonly reference: Reference;
  readonly manifest: Descriptor;
}

export interface CollectOptions {
  /** Milliseconds for which new content is left alone. Default one hour. */
  readonly graceMs?: number;
  readonly signal?: AbortSignal;
}

interface GarbageFile {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface CollectResult {
  readonly removed: number;
  readonly freedBytes: number;
}

const layoutVersion = "1.0.0";

/** What a layout consists of, and what is there while it is being written. */
const ownFile = /^(?:blobs|index\.json|oci-layout|\.lock(?:-journal)?|\.(?:index\.json|oci-layout)\..*\.tmp)$/;

/**
 * The local store: one OCI image layout (image-spec v1.1, image-layout.md) for all repositories. An entry of
 * `index.json` has the whole reference as its `org.opencontainers.image.ref.name`; `oras` and `crane` read it.
 */
export class OciLayout {
  readonly folder: string;
  readonly #index: IndexFile;
  readonly #blobs: BlobFiles;

  private constructor(folder: string) {
    this.folder = folder;
    this.#index = new IndexFile(folder);
    this.#blobs = new BlobFiles(folder);
  }

  /**
   * @param folder made when it is absent
   * @throws {StoreError} STORE_NOT_A_LAYOUT, STORE_WRITE_FAILED
   */
  static async open(folder: string): Promise<OciLayout> {
    const layout = new OciLayout(folder);
    const marker = join(folder, "oci-layout");
    try {
      const { imageLayoutVersion } = JSON.parse(await readFile(marker, "utf8")) as { imageLayoutVersion?: unknown };
      if (imageLayoutVersion === layoutVersion) return layout;
      throw new StoreError(
        "STORE_NOT_A_LAYOUT",
        `${folder} is an image layout of version ${JSON.stringify(imageLayoutVersion)}, not ${layoutVersion}`,
      );
    } catch (error) {
      if (error instanceof StoreError) throw error;
      if (errorCode(error) !== "ENOENT") throw notALayout(folder, error);
    }
    await layout.#create(marker);
    return layout;
  }

  /** Opens a store that is there already, and makes none. */
  static async existing(folder: string): Promise<OciLayout | undefined> {
    return (await pathExists(join(folder, "oci-layout"))) ? OciLayout.open(folder) : undefined;
  }

  /** @param name `registry/repository`, or `repository` alone, as in a reference */
  repository(name: string): LayoutRepository {
    return new LayoutRepository(name, this.#index, this.#blobs);
  }

  /** All named images, by reference. */
  async list(): Promise<readonly StoredImage[]> {
    const entries = await this.#index.read();
    return entries
      .flatMap((entry) => {
        const name = refName(entry);
        const reference = name === undefined ? undefined : readReference(name);
        return reference ? [{ reference, manifest: entry }] : [];
      })
      .toSorted((a, b) => (formatReference(a.reference) < formatReference(b.reference) ? -1 : 1));
  }

  /** The file of a blob, for programs that want a path. The blob may be absent. */
  blobPath(content: Descriptor): string {
    return this.#blobs.path(content.digest);
  }

  /**
   * Removes what no name leads to, and referrers whose subject is gone. Content that arrived in the last hour stays: it
   * may belong to an image whose name is yet to be written.
   */
  async collect(options: CollectOptions = {}): Promise<CollectResult> {
    return this.#index.locked(async () => {
      const { kept, hasLostReferrers, garbage } = await this.#garbage(options);
      if (hasLostReferrers) await this.#index.write(kept);
      for (const { path } of garbage) await rm(path, { force: true });
      return summarize(garbage);
    }, options.signal);
  }

  /** What {@link collect} would remove. */
  async findGarbage(options: CollectOptions = {}): Promise<CollectResult> {
    return summarize((await this.#garbage(options)).garbage);
  }

  async #garbage({ graceMs = 60 * 60 * 1000, signal }: CollectOptions): Promise<{
    kept: readonly Descriptor[];
    hasLostReferrers: boolean;
    garbage: readonly GarbageFile[];
  }> {
    const entries = await this.#index.read();
    const { kept, reachable } = await findReachable(entries, this.repository("collect"), signal);
    const { blobs, leftovers } = await this.#blobs.list();
    const unnamed = blobs.filter((digest) => !reachable.has(digest)).map((digest) => this.#blobs.path(digest));
    const garbage: GarbageFile[] = [];
    for (const path of [...unnamed, ...leftovers]) {
      const found = await stat(path).catch(ignoreMissing);
      if (found && Date.now() - found.mtimeMs >= graceMs) garbage.push({ path, sizeBytes: found.size });
    }
    return { kept, hasLostReferrers: kept.length < entries.length, garbage };
  }

  /**
   * Sets an index that cannot be read aside, and begins an empty one. Names are lost; content stays until
   * {@link collect}, so that pulling it again sends little.
   *
   * @returns where the old one is; undefined when the index was fine
   */
  async repair(): Promise<string | undefined> {
    return this.#index.locked(async () => {
      try {
        await this.#index.read();
        return undefined;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== "STORE_DAMAGED") throw error;
        const aside = join(this.folder, `index.json.damaged-${Date.now()}`);
        await rename(join(this.folder, "index.json"), aside);
        await this.#index.write([]);
        return aside;
      }
    });
  }

  /** Only an empty folder becomes a layout: a mistyped path must not fill somebody's home. */
  async #create(marker: string): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true });
      // Another process may be at the same point.
      const others = (await readdir(this.folder)).filter((name) => !ownFile.test(name));
      if (others.length > 0) throw notALayout(this.folder, new Error(`it holds ${others[0]} and no oci-layout`));
      await mkdir(join(this.folder, "blobs", "sha256"), { recursive: true });
      await this.#index.change((entries) => (entries.length > 0 ? entries : []));
      await writeFileAtomic(marker, `${JSON.stringify({ imageLayoutVersion: layoutVersion })}\n`);
    } catch (error) {
      throw error instanceof StoreError ? error : writeFailed(this.folder, error);
    }
  }
}

function summarize(garbage: readonly GarbageFile[]): CollectResult {
  return { removed: garbage.length, freedBytes: garbage.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** A write that ends meanwhile takes its temporary file away. */
function ignoreMissing(error: unknown): undefined {
  if (errorCode(error) !== "ENOENT") throw error;
}

function readReference(name: string): Reference | undefined {
  try {
    return parseReference(name);
  } catch {
    // A layout that another tool filled may have names of another kind.
    return undefined;
  }
}
