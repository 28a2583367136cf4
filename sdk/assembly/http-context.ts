import { Action } from "./action";
import { pop, push, pushedSize } from "./arguments";
import { Body } from "./body";
import { BufferType } from "./buffer";
import { Context } from "./context";
import { actForCurrent } from "./effective-context";
import { proxy_close_stream, proxy_continue_stream, proxy_send_local_response } from "./env";
import { runForeignFunction } from "./foreign-function";
import { Header } from "./header";
import { HeaderMap } from "./header-map";
import { pairsSize, pushPairs } from "./header-pairs";
import { Status } from "./status";
import { StreamType } from "./stream-type";
import { utf8Bytes } from "./utf8";

/**
 * One HTTP request and its response. Override the callbacks that matter; the others let everything pass. Headers,
 * bodies and trailers are those of the stream whose callback is running. Each is there in its own callbacks, while it is
 * paused, and in {@link onLog}; what the response needs of the request is kept in a field.
 *
 * ```ts
 * class Echo extends HttpContext {
 *   private path: string = "";
 *
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const path = this.requestHeaders.get(":path");
 *     if (path !== null) this.path = path;
 *     return Action.Continue;
 *   }
 *
 *   onResponseHeaders(endOfStream: bool): Action {
 *     this.responseHeaders.set("x-path", this.path);
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export class HttpContext extends Context {
  // After Action.PauseReading and Action.Discard Envoy 1.40 keeps an address whose memory may be gone.
  private static readonly none: Body = new Body(BufferType.None);

  /** Whether the request is held back by the latest callback's answer. */
  isRequestPaused: bool = false;

  /** Whether the response is held back by the latest callback's answer. */
  isResponsePaused: bool = false;

  /** The SDK's: whether the host still has what {@link requestBody} shows. */
  hasRequestBody: bool = true;

  /** The SDK's: whether the host still has what {@link responseBody} shows. */
  hasResponseBody: bool = true;

  // Envoy 1.40 crashes when a stream is answered or broken off that was answered, broken off or has ended, and when a
  // response is resumed that has not begun. So the SDK refuses.
  private isAnswered: bool = false;

  /**
   * In Envoy, pausing here holds back the body too: {@link onRequestBody} is not called until the request is resumed. A
   * filter that needs the body to decide continues here and pauses there.
   *
   * @param endOfStream whether neither body nor trailers follow
   */
  onRequestHeaders(endOfStream: bool): Action {
    return Action.Continue;
  }

  /**
   * @param size bytes in {@link requestBody} now
   * @param endOfStream whether this is the last of the request
   */
  onRequestBody(size: u32, endOfStream: bool): Action {
    return Action.Continue;
  }

  onRequestTrailers(): Action {
    return Action.Continue;
  }

  /**
   * In Envoy, pausing here holds back the body too, as in {@link onRequestHeaders}.
   *
   * @param endOfStream whether neither body nor trailers follow
   */
  onResponseHeaders(endOfStream: bool): Action {
    return Action.Continue;
  }

  /**
   * @param size bytes in {@link responseBody} now
   * @param endOfStream whether this is the last of the response
   */
  onResponseBody(size: u32, endOfStream: bool): Action {
    return Action.Continue;
  }

  onResponseTrailers(): Action {
    return Action.Continue;
  }

  get requestHeaders(): HeaderMap {
    return HeaderMap.requestHeaders;
  }

  get requestBody(): Body {
    return this.hasRequestBody ? Body.request : HttpContext.none;
  }

  get requestTrailers(): HeaderMap {
    return HeaderMap.requestTrailers;
  }

  get responseHeaders(): HeaderMap {
    return HeaderMap.responseHeaders;
  }

  get responseBody(): Body {
    return this.hasResponseBody ? Body.response : HttpContext.none;
  }

  get responseTrailers(): HeaderMap {
    return HeaderMap.responseTrailers;
  }

  /**
   * Lets a paused request go on; BadArgument when it is not paused, or was answered by {@link sendLocalResponse}. Can be
   * called from any context, such as a timer.
   */
  resumeRequest(): Status {
    if (!this.isRequestPaused || this.isAnswered) return Status.BadArgument;
    const status = this.resume(StreamType.HttpRequest);
    if (status == Status.Ok) this.isRequestPaused = false;
    return status;
  }

  /** Lets a paused response go on; BadArgument when it is not paused. Can be called from any context, such as a timer. */
  resumeResponse(): Status {
    if (!this.isResponsePaused) return Status.BadArgument;
    const status = this.resume(StreamType.HttpResponse);
    if (status == Status.Ok) this.isResponsePaused = false;
    return status;
  }

  /**
   * Answers the request from here; return `Action.Pause` after it. Can be called from any context. BadArgument when it
   * was called before, or the stream has ended. Once the response's headers are on their way, the stream is reset.
   *
   * @param status HTTP status, 200 to 599
   * @param headers beside those that the host writes itself
   * @param grpcStatus for a gRPC request; -1: derived from `status` by the host
   * @param details shown as the response code details in the host's access log
   */
  sendLocalResponse(
    status: u32,
    body: string = "",
    headers: Header[] = [],
    grpcStatus: i32 = -1,
    details: string = "",
  ): Status {
    return this.sendLocalResponseBytes(status, utf8Bytes(body), headers, grpcStatus, details);
  }

  /** {@link sendLocalResponse} with a body that need not be text. */
  sendLocalResponseBytes(
    status: u32,
    body: Uint8Array,
    headers: Header[] = [],
    grpcStatus: i32 = -1,
    details: string = "",
  ): Status {
    if (this.isAnswered) return Status.BadArgument;
    const known = this.act();
    if (known != Status.Ok) return known;
    const pairs = pushPairs(headers);
    const detailsAddress = push(details);
    const result = proxy_send_local_response(
      status,
      detailsAddress,
      pushedSize,
      body.dataStart,
      body.byteLength,
      pairs,
      pairsSize,
      grpcStatus,
    );
    pop(detailsAddress);
    pop(pairs);
    actForCurrent(this.id);
    if (result == Status.Ok) this.isAnswered = true;
    return result;
  }

  /**
   * Breaks the stream off, whatever it has come to: the client's connection is reset, in HTTP/2 the stream. Can be called
   * from any context. BadArgument when the stream has ended, or was answered by {@link sendLocalResponse}.
   */
  resetStream(): Status {
    if (this.isAnswered) return Status.BadArgument;
    const known = this.act();
    if (known != Status.Ok) return known;
    const status = proxy_close_stream(StreamType.HttpRequest);
    actForCurrent(this.id);
    if (status == Status.Ok) this.isEnding = true;
    return status;
  }

  /**
   * Lets the host choose the route anew, after a change to what it chooses by. In Envoy a change of headers does that by
   * itself. NotFound in a host that has no such function.
   */
  clearRouteCache(): Status {
    const known = this.act();
    if (known != Status.Ok) return known;
    const status = runForeignFunction("clear_route_cache", new Uint8Array(0));
    actForCurrent(this.id);
    return status;
  }

  private resume(stream: StreamType): Status {
    const known = this.act();
    if (known != Status.Ok) return known;
    const status = proxy_continue_stream(stream);
    actForCurrent(this.id);
    return status;
  }
}
