import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, errorMessage, writeFileAtomic } from "#core";
import { type Descriptor, type ImageIndex, isImageIndex, mediaTypes, parseManifest } from "#oci";
import { StoreError } from "./errors.ts";
import { withLock } from "./lock.ts";

/** `index.json`: the entry points of the layout (image-spec v1.1, image-layout.md, "index.json file"). */
export class IndexFile {
  readonly #folder: string;
  readonly #path: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, "index.json");
  }

  async read(): Promise<readonly Descriptor[]> {
    try {
      const index = parseManifest(await readFile(this.#path), mediaTypes.imageIndex);
      return isImageIndex(index) ? index.manifests : [];
    } catch (cause) {
      if (errorCode(cause) === "ENOENT") return [];
      throw new StoreError("STORE_DAMAGED", `cannot read ${this.#path}: ${errorMessage(cause)}`, {
        cause,
        hint: "wasm doctor --fix sets it aside and begins an empty one; pull or build what is missing then",
        detail: { path: this.#path },
      });
    }
  }

  /** Changes the list in one step; processes take turns. Nothing is written when `change` gives back what it got. */
  async change(
    change: (entries: readonly Descriptor[]) => readonly Descriptor[] | Promise<readonly Descriptor[]>,
    signal?: AbortSignal,
  ): Promise<void> {
    await this.locked(async () => {
      const before = await this.read();
      const manifests = await change(before);
      if (manifests === before) return;
      await this.write(manifests);
    }, signal);
  }

  /** Only while {@link locked}. */
  async write(manifests: readonly Descriptor[]): Promise<void> {
    const index: ImageIndex = { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests };
    await writeFileAtomic(this.#path, `${JSON.stringify(index, undefined, 2)}\n`);
  }

  locked<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return withLock(join(this.#folder, ".lock"), work, signal);
  }
}
