/** All of `buffer`, which may be empty. */
export function viewOf(buffer: ArrayBuffer): Uint8Array {
  return Uint8Array.wrap(buffer);
}

/** What this SDK read, as the old package gave it: nothing is an empty buffer. */
export function bufferOf(bytes: Uint8Array | null): ArrayBuffer {
  return bytes === null ? new ArrayBuffer(0) : bytes.buffer;
}
