import { setTimeout as sleep } from "node:timers/promises";
import { StoreError } from "./errors.ts";

const waitMs = 20;
const longestWaitMs = 30_000;

/**
 * Runs `work` while no other process does so for the same file. The lock is SQLite's on an empty database: the
 * operating system takes it back when its holder dies, however it dies.
 *
 * @throws {StoreError} STORE_BUSY after 30 seconds
 */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY");
    for (let waitedMs = 0; !tryBegin(database); waitedMs += waitMs) {
      if (waitedMs >= longestWaitMs) {
        throw new StoreError("STORE_BUSY", `another process keeps ${path} locked`, {
          hint: "wait until it is done, or end it",
        });
      }
      await sleep(waitMs, undefined, signal ? { signal } : {});
    }
    return await work();
  } finally {
    database.close();
  }
}

function tryBegin(database: { exec(sql: string): void }): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    const isBusy = (error as { errcode?: number }).errcode === sqliteBusy;
    if (isBusy) return false;
    throw error;
  }
}

/** sqlite.org/rescode.html#busy */
const sqliteBusy = 5;
