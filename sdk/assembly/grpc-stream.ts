import { pop, push, pushedSize } from "./arguments";
import { Context } from "./context";
import { actFor, actForCurrent } from "./effective-context";
import { proxy_grpc_cancel, proxy_grpc_close, proxy_grpc_send, proxy_grpc_stream } from "./env";
import { GrpcPending } from "./grpc-pending";
import { GrpcStatus } from "./grpc-status";
import { cancelLater } from "./grpc-reaper";
import { HeaderMap, HeaderMapType } from "./header-map";
import { pairsSize, pushPairs } from "./header-pairs";
import { Status } from "./status";

const tokenCell: usize = memory.data(4, 4);

/**
 * A gRPC call of any number of messages either way.
 *
 * ```ts
 * class Watch extends GrpcStream {
 *   constructor(private root: RootContext) {
 *     super("control", "rules.v1.Rules", "Watch");
 *   }
 *
 *   start(): void {
 *     if (this.open(this.root) == Status.Ok) this.send(new Uint8Array(0));
 *   }
 *
 *   onMessage(message: Uint8Array): void {
 *     log.info(`${message.length} bytes of rules`);
 *   }
 *
 *   onClose(status: GrpcStatus, statusMessage: string): void {
 *     log.warn(`no more rules: ${status} ${statusMessage}`);
 *   }
 * }
 * ```
 *
 * A stream whose owner ends is given up. While a callback runs, headers, bodies and properties are the owner's.
 */
export class GrpcStream extends GrpcPending {
  private static readonly initialMetadata: HeaderMap = new HeaderMap(HeaderMapType.GrpcCallInitialMetadata);
  private static readonly trailingMetadata: HeaderMap = new HeaderMap(HeaderMapType.GrpcCallTrailingMetadata);

  private isSending: bool = false;

  /** The server's first words. `metadata` is there while the callback runs. */
  onInitialMetadata(metadata: HeaderMap): void {}

  /** A message, serialised. */
  onMessage(message: Uint8Array): void {}

  /** The server's last words. `metadata` is there while the callback runs. */
  onTrailingMetadata(metadata: HeaderMap): void {}

  /** The end, unless {@link cancel} was. The stream can be opened anew. */
  onClose(status: GrpcStatus, statusMessage: string): void {}

  /**
   * Opens it on behalf of `owner`. BadArgument when it is open; InternalFailure when it cannot be opened, such as for a
   * cluster that is not there.
   */
  open(owner: Context): Status {
    if (this.isPending) return Status.BadArgument;
    const known = actFor(owner.id);
    if (known != Status.Ok) return known;
    const target = this.target;
    const service = push(this.service);
    const serviceSize = pushedSize;
    const method = push(this.method);
    const methodSize = pushedSize;
    const metadata = pushPairs(this.metadata);
    const status = proxy_grpc_stream(
      target.dataStart,
      target.byteLength,
      service,
      serviceSize,
      method,
      methodSize,
      metadata,
      pairsSize,
      tokenCell,
    );
    pop(metadata);
    pop(method);
    pop(service);
    actForCurrent(owner.id);
    this.isSending = status == Status.Ok;
    this.rootId = 0;
    if (this.isSending) this.begin(owner, load<u32>(tokenCell));
    return status;
  }

  /**
   * Sends a message. BadArgument when the stream is not open, or our side has ended.
   *
   * @param endOfStream whether it is the last; {@link close} ends without one
   */
  send(message: Uint8Array, endOfStream: bool = false): Status {
    const owner = this.owner;
    if (owner === null || !this.isSending) return Status.BadArgument;
    const known = actFor(owner.id);
    if (known != Status.Ok) return known;
    const status = proxy_grpc_send(this.token, message.dataStart, message.byteLength, endOfStream ? 1 : 0);
    actForCurrent(owner.id);
    if (status == Status.Ok && endOfStream) this.isSending = false;
    return status;
  }

  /** Ends our side; the server's messages still come. BadArgument when it has ended. */
  close(): Status {
    const owner = this.owner;
    if (owner === null || !this.isSending) return Status.BadArgument;
    const known = actFor(owner.id);
    if (known != Status.Ok) return known;
    const status = proxy_grpc_close(this.token);
    actForCurrent(owner.id);
    if (status == Status.Ok) this.isSending = false;
    return status;
  }

  /** Gives it up; no callback comes any more. BadArgument when it is not open. */
  cancel(): Status {
    const owner = this.owner;
    if (owner === null) return Status.BadArgument;
    this.end();
    const known = actFor(owner.id);
    if (known != Status.Ok) return known;
    const status = this.rootId == 0 ? proxy_grpc_cancel(this.token) : proxy_grpc_close(this.token);
    actForCurrent(owner.id);
    if (this.rootId != 0) cancelLater(this.rootId, this.token);
    return status;
  }

  abandon(): void {
    this.cancel();
  }

  receiveInitialMetadata(): void {
    this.onInitialMetadata(GrpcStream.initialMetadata);
  }

  receive(message: Uint8Array): void {
    this.onMessage(message);
  }

  receiveTrailingMetadata(): void {
    this.onTrailingMetadata(GrpcStream.trailingMetadata);
  }

  receiveClose(code: u32, message: string): void {
    // Envoy 1.40 crashes later when it is not told that we have heard.
    proxy_grpc_close(this.token);
    this.end();
    this.onClose(code, message);
  }
}
