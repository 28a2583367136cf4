/** What the host does after a callback of a stream (ABI 0.2.1, `proxy_action_t`). */
export enum Action {
  /** Passes on what the callback saw. */
  Continue = 0,
  /**
   * Holds it back, until a later callback continues or {@link HttpContext.resumeRequest} or
   * {@link HttpContext.resumeResponse} is called. A paused body is kept by the host and grows with each callback.
   */
  Pause = 1,
}
