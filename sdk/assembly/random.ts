import { random_get } from "./wasi_snapshot_preview1";

/**
 * Bytes that nobody can guess, from the host. `null` when it refuses: Envoy gives 65536 at most.
 *
 * ```ts
 * function coin(): bool {
 *   const bytes = randomBytes(1);
 *   return bytes !== null && bytes[0] < 128;
 * }
 * ```
 */
export function randomBytes(size: i32): Uint8Array | null {
  const bytes = new Uint8Array(size);
  return random_get(bytes.dataStart, size) == 0 ? bytes : null;
}
