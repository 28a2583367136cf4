import { open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, basename } from "node:path";
import { errorCode } from "./hub-error.ts";

export interface WriteFileAtomicOptions {
  /** Permission bits of a new file; an existing file keeps its own. Default 0o666 less the umask. */
  readonly mode?: number;
}

/**
 * Replaces the file at `path` in one step: whoever reads it sees the old bytes or the new, also after a crash.
 * The file and its folder are synced before this resolves.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: WriteFileAtomicOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
  try {
    const mode = (await existingMode(path)) ?? options.mode;
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes earlier renames and removals in a folder outlive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export async function pathExists(path: string): Promise<boolean> {
  return (await existingMode(path)) !== undefined;
}

async function existingMode(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o7777;
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
