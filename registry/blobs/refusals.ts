import { type Digest, RegistryError } from "#oci";
import type { Upload } from "./blob-store.ts";

export function blobUnknown(digest: Digest): RegistryError {
  return new RegistryError("BLOB_UNKNOWN", { detail: { digest } });
}

export function uploadUnknown(upload: Upload): RegistryError {
  return new RegistryError("BLOB_UPLOAD_UNKNOWN", { detail: { upload: upload.id } });
}

/** distribution-spec v1.1, "Pushing a blob in chunks": a chunk that is out of order is answered with 416. */
export function outOfOrder(offsetBytes: number, receivedBytes: number): RegistryError {
  return new RegistryError("BLOB_UPLOAD_INVALID", {
    status: 416,
    message: `the chunk begins at byte ${offsetBytes}, but ${receivedBytes} bytes have been received`,
    detail: { offset: offsetBytes, received: receivedBytes },
  });
}

export function digestDiffers(expected: Digest, actual: Digest): RegistryError {
  return new RegistryError("DIGEST_INVALID", { detail: { expected, actual } });
}
