import { pop, push, pushedSize } from "./arguments";
import { Context } from "./context";
import { actFor, actForCurrent } from "./effective-context";
import { proxy_grpc_call, proxy_grpc_cancel } from "./env";
import { GrpcPending } from "./grpc-pending";
import { GrpcStatus } from "./grpc-status";
import { pairsSize, pushPairs } from "./header-pairs";
import { Status } from "./status";

const tokenCell: usize = memory.data(4, 4);

/**
 * How a {@link GrpcCall} ended.
 *
 * ```ts
 * function describe(reply: GrpcReply): string {
 *   if (reply.status == GrpcStatus.Ok) return `${reply.message.length} bytes`;
 *   return `${reply.status}: ${reply.statusMessage}`;
 * }
 * ```
 */
export class GrpcReply {
  constructor(
    readonly status: GrpcStatus,
    /** What the server says of a status that is not Ok. */
    readonly statusMessage: string,
    /** The answer, serialised; empty when the status is not Ok. */
    readonly message: Uint8Array,
  ) {}
}

/**
 * A gRPC call of one message that is answered by one message. Messages are bytes: serialise them with a protobuf library,
 * or by hand. As with {@link HttpCall}, the answer goes to a function:
 *
 * ```ts
 * class Limited extends HttpContext {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const call = new GrpcCall("limiter", "limits.v1.Limiter", "Take");
 *     const status = call.sendThen(this, new Uint8Array(0), (limited, reply) => {
 *       if (reply.status == GrpcStatus.ResourceExhausted) limited.sendLocalResponse(429, reply.statusMessage);
 *       else limited.resumeRequest();
 *     });
 *     return status == Status.Ok ? Action.Pause : Action.Continue;
 *   }
 * }
 * ```
 *
 * or to a class:
 *
 * ```ts
 * class Take extends GrpcCall {
 *   constructor() {
 *     super("limiter", "limits.v1.Limiter", "Take");
 *     this.timeoutMs = 200;
 *   }
 *
 *   onResponse(message: Uint8Array): void {
 *     log.info(`${message.length} bytes`);
 *   }
 *
 *   onFailure(status: GrpcStatus, statusMessage: string): void {
 *     log.warn(`${status}: ${statusMessage}`);
 *   }
 * }
 * ```
 */
export class GrpcCall extends GrpcPending {
  /** For the answer; 0: no limit. */
  timeoutMs: u32 = 5000;

  private handler: ReplyHandler | null = null;

  /** The answer. */
  onResponse(message: Uint8Array): void {
    const handler = this.handler;
    if (handler !== null) handler.handle(new GrpcReply(GrpcStatus.Ok, "", message));
  }

  /** There is none: the server says why, or the host, such as Unavailable and DeadlineExceeded. */
  onFailure(status: GrpcStatus, statusMessage: string): void {
    const handler = this.handler;
    if (handler !== null) handler.handle(new GrpcReply(status, statusMessage, new Uint8Array(0)));
  }

  /**
   * Sends it on behalf of `owner`. BadArgument when it is under way already; InternalFailure when it cannot be sent, such as
   * for a cluster that is not there. A refused call is not answered.
   */
  send(owner: Context, message: Uint8Array): Status {
    if (this.isPending) return Status.BadArgument;
    const known = actFor(owner.id);
    if (known != Status.Ok) return known;
    const target = this.target;
    const service = push(this.service);
    const serviceSize = pushedSize;
    const method = push(this.method);
    const methodSize = pushedSize;
    const metadata = pushPairs(this.metadata);
    const status = proxy_grpc_call(
      target.dataStart,
      target.byteLength,
      service,
      serviceSize,
      method,
      methodSize,
      metadata,
      pairsSize,
      message.dataStart,
      message.byteLength,
      this.timeoutMs,
      tokenCell,
    );
    pop(metadata);
    pop(method);
    pop(service);
    actForCurrent(owner.id);
    if (status == Status.Ok) this.begin(owner, load<u32>(tokenCell));
    return status;
  }

  /** {@link send}, with a function for the answer, whatever it is. */
  sendThen<T extends Context>(owner: T, message: Uint8Array, then: (owner: T, reply: GrpcReply) => void): Status {
    this.handler = new FunctionHandler<T>(owner, then);
    return this.send(owner, message);
  }

  /** Gives it up; there is no answer then. BadArgument when it is not under way. */
  cancel(): Status {
    const owner = this.owner;
    if (owner === null) return Status.BadArgument;
    this.end();
    const known = actFor(owner.id);
    if (known != Status.Ok) return known;
    const status = proxy_grpc_cancel(this.token);
    actForCurrent(owner.id);
    return status;
  }

  abandon(): void {
    this.cancel();
  }

  receive(message: Uint8Array): void {
    this.end();
    this.onResponse(message);
  }

  receiveClose(code: u32, message: string): void {
    this.end();
    this.onFailure(code, message);
  }
}

abstract class ReplyHandler {
  abstract handle(reply: GrpcReply): void;
}

class FunctionHandler<T extends Context> extends ReplyHandler {
  constructor(
    private readonly owner: T,
    private readonly then: (owner: T, reply: GrpcReply) => void,
  ) {
    super();
  }

  handle(reply: GrpcReply): void {
    const then = this.then;
    then(this.owner, reply);
  }
}
