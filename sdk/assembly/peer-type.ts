/**
 * Who closed a connection (ABI 0.2.1, `proxy_peer_type_t`).
 *
 * ```ts
 * class Impatient extends TcpContext {
 *   onDownstreamClose(peer: PeerType): void {
 *     if (peer == PeerType.Remote) log.info("the client has left");
 *   }
 * }
 * ```
 */
export enum PeerType {
  /** What Envoy says of every upstream connection. */
  Unknown = 0,
  /** The proxy. */
  Local = 1,
  /** The client, or the upstream. */
  Remote = 2,
}
