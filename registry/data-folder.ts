import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { errorMessage } from "#core";
import { HubServerError, primaryResultCode } from "./errors.ts";

/** sqlite.org/rescode.html#busy */
const sqliteBusy = 5;

/**
 * Takes a data folder for this process. The lock is SQLite's on an empty database: the operating system takes it back when
 * the process dies, however it dies.
 *
 * @returns gives the folder back
 * @throws {HubServerError} HUB_DATA_IN_USE, HUB_DATA_UNWRITABLE
 */
export async function takeDataFolder(folder: string): Promise<() => void> {
  try {
    await mkdir(folder, { recursive: true });
    const database = new DatabaseSync(join(folder, "lock.db"));
    try {
      database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
    } catch (error) {
      database.close();
      throw error;
    }
    return () => database.close();
  } catch (cause) {
    if (primaryResultCode(cause) === sqliteBusy) {
      throw new HubServerError("HUB_DATA_IN_USE", `another hub uses ${folder}`, {
        cause,
        hint: "stop it, or choose another folder with --data",
        detail: { folder },
      });
    }
    throw dataUnwritable(folder, cause);
  }
}

export function dataUnwritable(folder: string, cause: unknown): HubServerError {
  return new HubServerError("HUB_DATA_UNWRITABLE", `cannot write ${folder}: ${errorMessage(cause)}`, {
    cause,
    hint: "check the folder's owner, its permissions and the space left, or choose another with --data",
    detail: { folder },
  });
}
