import { mkdir, readFile, rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode, errorMessage, writeFileAtomic } from "#core";
import type { FileChange } from "./changes.ts";
import { DeployError } from "./errors.ts";

/** Puts bytes in place of a file in one step, or removes it (undefined). */
export type ReplaceFile = (path: string, bytes: Buffer | undefined) => Promise<void>;

/** Changes files, and can put all of them back. */
export class Journal {
  readonly #replaceFile: ReplaceFile;
  /** What each file must be now: as the plan saw it, then as it was left here. */
  readonly #expected: Map<string, Buffer | undefined>;
  /** What each file was, in the order in which they were first written. */
  readonly #before = new Map<string, Buffer | undefined>();

  private constructor(changes: readonly FileChange[], replaceFile: ReplaceFile) {
    this.#replaceFile = replaceFile;
    this.#expected = new Map(changes.map(({ path, before }) => [path, before]));
  }

  /**
   * Makes sure that every file is still what the plan saw, and acts. When that fails, every file is put back and the error
   * thrown on.
   *
   * @throws {DeployError} FILE_CHANGED; ROLLBACK_FAILED with the files that are not as they were
   */
  static async transact<T>(
    changes: readonly FileChange[],
    act: (journal: Journal) => Promise<T>,
    replaceFile: ReplaceFile = replaceFileOnDisk,
  ): Promise<T> {
    const journal = new Journal(changes, replaceFile);
    for (const { path, after } of changes) await journal.#readUntouched(path, after);
    try {
      return await act(journal);
    } catch (error) {
      await journal.#undo(error);
      throw error;
    }
  }

  /** @param bytes undefined removes the file, and folders that are empty then. @throws {DeployError} FILE_CHANGED */
  async write(path: string, bytes: Buffer | undefined): Promise<void> {
    const now = await this.#readUntouched(path, bytes);
    if (!this.#before.has(path)) this.#before.set(path, now);
    this.#expected.set(path, bytes);
    try {
      await this.#replaceFile(path, bytes);
    } catch (error) {
      const left = await readOptional(path);
      if (isSame(left, now)) this.#expected.set(path, now);
      throw error;
    }
  }

  /** A file that is already what it is to become, such as a module that is named for its content, is nobody's change. */
  async #readUntouched(path: string, after: Buffer | undefined): Promise<Buffer | undefined> {
    const now = await readOptional(path);
    if (!this.#expected.has(path) || isSame(now, this.#expected.get(path)) || isSame(now, after)) return now;
    throw new DeployError("FILE_CHANGED", `${path} was changed by somebody else meanwhile`, {
      hint: "this command has changed nothing; run it again",
      detail: { path },
    });
  }

  /** Last things first: what is pointed at stays until nothing points at it. */
  async #undo(why: unknown): Promise<void> {
    const failures: { path: string; error: string }[] = [];
    for (const [path, before] of [...this.#before].toReversed()) {
      try {
        const now = await readOptional(path);
        if (isSame(now, before)) continue;
        if (!isSame(now, this.#expected.get(path))) throw new Error("somebody else has changed it since");
        await this.#replaceFile(path, before);
      } catch (error) {
        failures.push({ path, error: errorMessage(error) });
      }
    }
    if (failures.length === 0) return;
    const paths = failures.map(({ path }) => path).join(", ");
    throw new DeployError("ROLLBACK_FAILED", `${errorMessage(why)}; and ${paths} could not be put back`, {
      cause: why,
      hint: "look after these files by hand before Envoy starts again",
      detail: { failures },
    });
  }
}

export async function replaceFileOnDisk(path: string, bytes: Buffer | undefined): Promise<void> {
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

function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a && b ? a.equals(b) : a === b;
}
