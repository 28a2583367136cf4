import { callForeignFunction } from "./foreign-function";

/**
 * zlib's format (RFC 1950), by Envoy itself; `null` in a host that cannot.
 *
 * ```ts
 * class Shrink extends HttpContext {
 *   onResponseHeaders(endOfStream: bool): Action {
 *     this.responseHeaders.remove("content-length");
 *     this.responseHeaders.set("content-encoding", "deflate");
 *     return Action.Continue;
 *   }
 *
 *   onResponseBody(size: u32, endOfStream: bool): Action {
 *     if (!endOfStream) return Action.Pause;
 *     const body = this.responseBody.getBytes();
 *     if (body === null) return Action.Continue;
 *     const small = compress(body);
 *     if (small !== null) this.responseBody.setBytes(small);
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export function compress(bytes: Uint8Array): Uint8Array | null {
  return callForeignFunction("compress", bytes);
}

/**
 * What {@link compress} made, as it was; `null` when it is broken. How large it becomes is limited by memory alone.
 *
 * ```ts
 * function roundTrip(bytes: Uint8Array): Uint8Array | null {
 *   const small = compress(bytes);
 *   return small === null ? null : uncompress(small);
 * }
 * ```
 */
export function uncompress(bytes: Uint8Array): Uint8Array | null {
  return callForeignFunction("uncompress", bytes);
}
