/**
 * What the host does after a callback of a stream (ABI 0.2.1, `proxy_action_t`).
 *
 * ```ts
 * class Whole extends HttpContext {
 *   onRequestBody(size: u32, endOfStream: bool): Action {
 *     if (!endOfStream) return Action.Pause;
 *     log.info(`${size} bytes in all`);
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export enum Action {
  /** Passes on what the callback saw. */
  Continue = 0,
  /**
   * Holds it back, until a later callback continues or {@link HttpContext.resumeRequest} or
   * {@link HttpContext.resumeResponse} is called. A paused body is kept by the host and grows with each callback. In Envoy
   * a request whose body outgrows the buffer limit is answered with 413, a response with 500.
   */
  Pause = 1,
  /**
   * Beyond the ABI, Envoy's "stop iteration and watermark", in the callbacks of bodies only: holds the body back too, but
   * shows each callback its own chunk alone, and stops reading at the buffer limit, until the stream is resumed.
   */
  PauseReading = 2,
  /** Beyond the ABI, Envoy's "stop iteration, no buffer", in the callbacks of bodies only: drops the chunk. */
  Discard = 3,
}
