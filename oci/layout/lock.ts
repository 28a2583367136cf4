import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "#core";
import { StoreError, writeFailed } from "./errors.ts";

const waitMs = 20;
const longestWaitMs = 30_000;

/**
 * Runs `work` while no other process does so for the same file. The lock is SQLite's on an empty database: the
 * operating system takes it back when its holder dies, however it dies.
 *
 * @throws {StoreError} STORE_BUSY after 30 seconds; STORE_WRITE_FAILED when the file cannot be made
 */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const database = await openDatabase(path);
  try {
    for (let waitedMs = 0; !tryBegin(database, path); waitedMs += waitMs) {
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

interface Database {
  exec(sql: string): void;
  close(): void;
}

async function openDatabase(path: string): Promise<Database> {
  const { DatabaseSync } = await import("node:sqlite");
  try {
    return new DatabaseSync(path);
  } catch (error) {
    throw lockFailed(path, error);
  }
}

/** Nothing is ever written to the database, so a disk that is full does not keep the lock from being taken. */
function tryBegin(database: Database, path: string): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === sqliteBusy) return false;
    throw lockFailed(path, error);
  }
}

/** sqlite.org/rescode.html#busy */
const sqliteBusy = 5;

function lockFailed(path: string, error: unknown): unknown {
  return errorCode(error) === "ERR_SQLITE_ERROR" ? writeFailed(dirname(path), error) : error;
}
