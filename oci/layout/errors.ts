import { errorCode, errorMessage, type ErrorTable, HubError } from "#core";

export const storeErrors = {
  STORE_NOT_A_LAYOUT: "the folder of the local store is something else than an OCI image layout, or a newer one",
  STORE_DAMAGED: "a file of the local store is not what the image layout specification says",
  STORE_WRITE_FAILED: "the local store could not be written: the disk is full, or access is denied",
  STORE_BUSY: "another process kept the local store locked for too long",
} as const satisfies ErrorTable;

/** What can go wrong with the local store. */
export class StoreError extends HubError<keyof typeof storeErrors> {}

export function notALayout(folder: string, cause: unknown): StoreError {
  return new StoreError("STORE_NOT_A_LAYOUT", `${folder} is not an OCI image layout: ${errorMessage(cause)}`, {
    cause,
    hint: "the store is wasm-hub/store below XDG_DATA_HOME: point that elsewhere, or empty the folder",
  });
}

export function writeFailed(where: string, cause: unknown): StoreError {
  const isFull = ["ENOSPC", "EDQUOT", "EFBIG"].includes(errorCode(cause) ?? "");
  return new StoreError(
    "STORE_WRITE_FAILED",
    `cannot write ${where}: ${isFull ? "the disk is full" : errorMessage(cause)}`,
    {
      cause,
      hint: isFull
        ? "free some space, or move the store with XDG_DATA_HOME"
        : "check the folder's owner and permissions, or move the store with XDG_DATA_HOME",
      detail: { path: where },
    },
  );
}
