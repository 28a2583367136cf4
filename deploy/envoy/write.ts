import { mkdir, readFile, rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode, writeFileAtomic } from "#core";
import { DeployError } from "./errors.ts";
import type { FileChange } from "./plan.ts";

/**
 * Makes changes, each in one step, in their order.
 *
 * @returns puts everything back as it was
 * @throws {DeployError} FILE_CHANGED when a file is not what the plan saw; nothing is changed then
 */
export async function writeChanges(changes: readonly FileChange[]): Promise<() => Promise<void>> {
  for (const { path, before, isText } of changes) {
    const now = await readOptional(path);
    // A module's file is named for its content.
    const isSame = before === undefined ? now === undefined || !isText : now?.equals(before);
    if (!isSame) {
      throw new DeployError("FILE_CHANGED", `${path} was changed meanwhile; nothing has been written`, {
        hint: "run the command again",
        detail: { path },
      });
    }
  }
  const done: FileChange[] = [];
  const undo = async (): Promise<void> => {
    for (const { path, before } of done.toReversed()) await writeOne(path, before);
  };
  try {
    for (const change of changes) {
      done.push(change);
      await writeOne(change.path, change.after);
    }
  } catch (error) {
    await undo();
    throw error;
  }
  return undo;
}

async function writeOne(path: string, bytes: Buffer | undefined): Promise<void> {
  if (bytes !== undefined) {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, bytes);
    return;
  }
  await rm(path, { force: true });
  // Folders of ours that are left empty go too; the bootstrap's own has the bootstrap in it.
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
