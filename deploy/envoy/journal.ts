import { mkdir, readFile, rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode, errorMessage, writeFileAtomic } from "#core";
import { DeployError } from "./errors.ts";
import type { FileChange } from "./plan.ts";

/** Changes files, each in one step, and can put all of them back. */
export class Journal {
  readonly #done: { readonly path: string; readonly before: Buffer | undefined }[] = [];

  private constructor() {}

  /** @throws {DeployError} FILE_CHANGED when a file is not what the plan saw */
  static async begin(changes: readonly FileChange[]): Promise<Journal> {
    for (const { path, before, role } of changes) {
      const now = await readOptional(path);
      // A module's file is named for its content.
      const isSame = before === undefined ? now === undefined || role === "module" : now?.equals(before);
      if (isSame) continue;
      throw new DeployError("FILE_CHANGED", `${path} was changed meanwhile; nothing has been written`, {
        hint: "run the command again",
        detail: { path },
      });
    }
    return new Journal();
  }

  /** @param bytes undefined removes the file, and folders of ours that are empty then */
  async write(path: string, bytes: Buffer | undefined): Promise<void> {
    this.#done.push({ path, before: await readOptional(path) });
    await writeOne(path, bytes);
  }

  /** @throws {DeployError} ROLLBACK_FAILED with the files that are not as they were */
  async undo(why: unknown): Promise<void> {
    const failures: { path: string; error: string }[] = [];
    for (const { path, before } of this.#done.toReversed()) {
      await writeOne(path, before).catch((error: unknown) => failures.push({ path, error: errorMessage(error) }));
    }
    if (failures.length === 0) return;
    const paths = [...new Set(failures.map(({ path }) => path))].join(", ");
    throw new DeployError("ROLLBACK_FAILED", `${errorMessage(why)}; and ${paths} could not be put back`, {
      cause: why,
      hint: "look after these files by hand before Envoy starts again",
      detail: { failures },
    });
  }
}

async function writeOne(path: string, bytes: Buffer | undefined): Promise<void> {
  if (bytes !== undefined) {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, bytes);
    return;
  }
  await rm(path, { force: true });
  // The bootstrap's own folder has the bootstrap in it.
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch (error) {
      if (errorCode(error) === "ENOENT") continue;
      return;
    }
  }
}

async function readOptional(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
