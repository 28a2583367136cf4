import { access, chmod, constants, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode, errorMessage } from "#core";
import type { Context } from "../context.ts";
import { formatSize } from "../terminal/format.ts";
import { failed, type Finding, ok } from "./check.ts";

/** Bytes below which a pull or an Envoy may not fit. */
const scarceBytes = 256 * 1024 * 1024;

/** The folders of the program can be written, and have room. One that is absent is made when it is needed. */
export async function checkFolders({ folders }: Context): Promise<Finding> {
  const own = [folders.data, folders.cache];
  for (const folder of own) {
    const problem = await findProblem(folder);
    if (problem) return problem;
  }
  const free = await freeBytes(await nearestExisting(folders.data));
  if (free < scarceBytes) {
    return { status: "warning", detail: `${folders.data} has only ${formatSize(free)} left`, hint: "free some space" };
  }
  return ok(own.join(", "));
}

async function findProblem(folder: string): Promise<Finding | undefined> {
  const hint = "set XDG_DATA_HOME and XDG_CACHE_HOME to folders of yours";
  const existing = await nearestExisting(folder);
  const { mode, uid, isFolder } = await stat(existing).then((found) => ({
    mode: found.mode,
    uid: found.uid,
    isFolder: found.isDirectory(),
  }));
  if (!isFolder) return failed(`${existing} is a file, and a folder is needed there`, `move it away, or ${hint}`);
  try {
    await access(existing, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const finding = failed(`${existing} cannot be written: ${errorMessage(error)}`, hint);
    if (errorCode(error) !== "EACCES" || uid !== process.getuid?.()) return finding;
    const apply = async (): Promise<string> => {
      await chmod(existing, mode | 0o700);
      return `${existing} can be written`;
    };
    return { ...finding, mend: { plan: `let you write ${existing}`, apply } };
  }
}

async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    const isMissing = errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR";
    if (!isMissing || dirname(path) === path) throw error;
    return nearestExisting(dirname(path));
  }
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
