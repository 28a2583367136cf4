import { errorCode, type ErrorTable, HubError } from "#core";

export const hubServerErrors = {
  HUB_PORT_IN_USE: "another process listens on the address that the hub was told to use",
  HUB_ADDRESS_UNAVAILABLE: "the hub cannot listen on the address that it was told to use",
  HUB_DATA_UNWRITABLE: "the hub cannot create or write its data folder",
  HUB_DATA_IN_USE: "another hub process uses the same data folder",
  HUB_DATA_TOO_NEW: "the data folder was written by a newer version of the hub",
  HUB_DATA_DAMAGED: "the hub's catalogue is not a database, or its pages are damaged",
  HUB_OPEN_TO_ALL: "the hub was to listen where other machines reach it, without passwords",
  HUB_HTPASSWD_INVALID: "the htpasswd file cannot be read, or a line is not a bcrypt entry",
  HUB_STORAGE_FULL: "the disk that holds the hub's data is full",
  HUB_STORAGE_FAILED: "reading or writing the hub's data failed",
} as const satisfies ErrorTable;

/** What can go wrong with the hub itself: its address, its data folder, its disk. */
export class HubServerError extends HubError<keyof typeof hubServerErrors> {}

const full: readonly string[] = ["ENOSPC", "EDQUOT", "EFBIG"];
const failed: readonly string[] = ["EIO", "EROFS", "EMFILE", "ENFILE", "ENOMEM", "EACCES", "EPERM"];

/** SQLite's primary result codes (sqlite.org/rescode.html); an extended code has one of them in its low byte. */
const sqliteFull = 13;
const sqliteFailed: readonly number[] = [5, 6, 7, 8, 10, 11, 14, 26];

/** Turns a failure of the disk into a typed error; anything else is returned as it is. */
export function storageError(error: unknown): unknown {
  const code = errorCode(error);
  const sqliteCode = code === "ERR_SQLITE_ERROR" ? primaryResultCode(error) : undefined;
  if ((code !== undefined && full.includes(code)) || sqliteCode === sqliteFull) {
    return new HubServerError("HUB_STORAGE_FULL", "the hub's disk is full", { cause: error });
  }
  if (
    (code !== undefined && failed.includes(code)) ||
    (sqliteCode !== undefined && sqliteFailed.includes(sqliteCode))
  ) {
    return new HubServerError("HUB_STORAGE_FAILED", "the hub's storage failed", { cause: error });
  }
  return error;
}

/** The low byte of `errcode`, which `node:sqlite` sets on its errors. */
export function primaryResultCode(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}
