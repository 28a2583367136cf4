import { pop, push, pushedSize } from "./arguments";
import { Context } from "./context";
import { actFor, actForCurrent } from "./effective-context";
import { proxy_http_call } from "./env";
import { Header } from "./header";
import { pairsSize, pushPairs } from "./header-pairs";
import { HttpCallResponse } from "./http-call-response";
import { Pending } from "./pending";
import { Status } from "./status";
import { utf8Bytes } from "./utf8";

const tokenCell: usize = memory.data(4, 4);

/**
 * A request that the filter makes itself. Say what to do with the answer in a function:
 *
 * ```ts
 * class Guard extends HttpContext {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const call = new HttpCall("auth", "/check");
 *     const status = call.sendThen(this, (guard, response) => {
 *       if (response !== null && response.status == 200) guard.resumeRequest();
 *       else guard.sendLocalResponse(403);
 *     });
 *     return status == Status.Ok ? Action.Pause : Action.Continue;
 *   }
 * }
 * ```
 *
 * or, where the answer needs more than its context, in a class:
 *
 * ```ts
 * class Refresh extends HttpCall {
 *   constructor(private root: RootContext, private attempt: i32) {
 *     super("keys", "/jwks.json");
 *   }
 *
 *   onResponse(response: HttpCallResponse): void {
 *     log.info(`${response.body.size} bytes at attempt ${this.attempt}`);
 *   }
 *
 *   onFailure(): void {
 *     if (this.attempt < 3) new Refresh(this.root, this.attempt + 1).send(this.root);
 *   }
 * }
 * ```
 *
 * A call whose owner ends before it is answered is forgotten. While an answer is dealt with, headers, bodies and
 * properties are the owner's, and a stream that is paused can be resumed.
 */
export class HttpCall extends Pending {
  method: string = "GET";

  /** The host that is asked for; the cluster's name by default. */
  authority: string;

  headers: Header[] = [];
  body: Uint8Array = new Uint8Array(0);

  /** Envoy 1.40 leaves them out. */
  trailers: Header[] = [];

  /** For the whole answer; 0: no limit. At most 2147483647. */
  timeoutMs: u32 = 5000;

  private handler: ResponseHandler | null = null;

  /**
   * @param cluster the host's name for a group of upstreams
   * @param path with the query
   */
  constructor(
    public cluster: string,
    public path: string,
  ) {
    super();
    this.authority = cluster;
  }

  /** Sets the body to text. */
  setBody(text: string): void {
    this.body = utf8Bytes(text);
  }

  /** The answer. */
  onResponse(response: HttpCallResponse): void {
    const handler = this.handler;
    if (handler !== null) handler.handle(response);
  }

  /** There is no whole answer: the connection broke, or the body is larger than the host takes. */
  onFailure(): void {
    const handler = this.handler;
    if (handler !== null) handler.handle(null);
  }

  /**
   * Sends it on behalf of `owner`. BadArgument when it is under way already, when the host has no such cluster, or when
   * the time-out is too long; InternalFailure when it cannot be sent. A refused call is not answered.
   */
  send(owner: Context): Status {
    if (this.isPending) return Status.BadArgument;
    const known = actFor(owner.id);
    if (known != Status.Ok) return known;
    const headers: Header[] = [
      new Header(":method", this.method),
      new Header(":path", this.path),
      new Header(":authority", this.authority),
    ];
    const cluster = push(this.cluster);
    const clusterSize = pushedSize;
    const pairs = pushPairs(headers.concat(this.headers));
    const headersSize = pairsSize;
    const trailers = pushPairs(this.trailers);
    const status = proxy_http_call(
      cluster,
      clusterSize,
      pairs,
      headersSize,
      this.body.dataStart,
      this.body.byteLength,
      trailers,
      pairsSize,
      this.timeoutMs,
      tokenCell,
    );
    pop(trailers);
    pop(pairs);
    pop(cluster);
    actForCurrent(owner.id);
    if (status == Status.Ok) this.begin(owner, load<u32>(tokenCell));
    return status;
  }

  /** {@link send}, with a function for the answer: `null` is {@link onFailure}. */
  sendThen<T extends Context>(owner: T, then: (owner: T, response: HttpCallResponse | null) => void): Status {
    this.handler = new FunctionHandler<T>(owner, then);
    return this.send(owner);
  }
}

abstract class ResponseHandler {
  abstract handle(response: HttpCallResponse | null): void;
}

class FunctionHandler<T extends Context> extends ResponseHandler {
  constructor(
    private readonly owner: T,
    private readonly then: (owner: T, response: HttpCallResponse | null) => void,
  ) {
    super();
  }

  handle(response: HttpCallResponse | null): void {
    const then = this.then;
    then(this.owner, response);
  }
}
