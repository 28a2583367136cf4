/**
 * How a host call ended (ABI 0.2.1, `proxy_status_t`). A refused call is a status and never a trap.
 *
 * ```ts
 * class Careful extends HttpContext {
 *   onResponseHeaders(endOfStream: bool): Action {
 *     const status = this.responseHeaders.set("x-served-by", "the proxy");
 *     if (status != Status.Ok) log.warn(`no header: ${status}`);
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export enum Status {
  Ok = 0,
  NotFound = 1,
  BadArgument = 2,
  SerializationFailure = 3,
  ParseFailure = 4,
  BadExpression = 5,
  InvalidMemoryAccess = 6,
  Empty = 7,
  CasMismatch = 8,
  ResultMismatch = 9,
  /** Also what Envoy answers to a call that its `capability_restriction_config` does not allow. */
  InternalFailure = 10,
  BrokenConnection = 11,
  Unimplemented = 12,
}
