import { Action } from "./action";
import { pop, push, pushedSize } from "./arguments";
import { Body } from "./body";
import { Context } from "./context";
import { currentContextId } from "./context-table";
import { Header } from "./header";
import { HeaderMap } from "./header-map";
import { pairsSize, pushPairs } from "./header-pairs";
import { proxy_continue_stream, proxy_send_local_response, proxy_set_effective_context } from "./env";
import { Status } from "./status";
import { utf8Bytes } from "./utf8";

/** ABI 0.2.1, `proxy_stream_type_t`. */
enum StreamType {
  HttpRequest = 0,
  HttpResponse = 1,
}

/**
 * One HTTP request and its response. Override the callbacks that matter; the others let everything pass. Headers,
 * bodies and trailers are those of the stream whose callback is running, and each is there from its own callback on.
 */
export class HttpContext extends Context {
  /** @param endOfStream whether neither body nor trailers follow */
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

  /** @param endOfStream whether neither body nor trailers follow */
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
    return Body.request;
  }

  get requestTrailers(): HeaderMap {
    return HeaderMap.requestTrailers;
  }

  get responseHeaders(): HeaderMap {
    return HeaderMap.responseHeaders;
  }

  get responseBody(): Body {
    return Body.response;
  }

  get responseTrailers(): HeaderMap {
    return HeaderMap.responseTrailers;
  }

  /** Lets a paused request go on. Can be called from any context, for instance from a timer of the root. */
  resumeRequest(): Status {
    return this.resume(StreamType.HttpRequest);
  }

  /** Lets a paused response go on. Can be called from any context. */
  resumeResponse(): Status {
    return this.resume(StreamType.HttpResponse);
  }

  /**
   * Answers the request from here; return `Action.Pause` after it. Can be called from any context.
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
    const effective = this.makeEffective();
    if (effective != Status.Ok) return effective;
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
    this.restoreEffective();
    return result;
  }

  private resume(stream: StreamType): Status {
    const effective = this.makeEffective();
    if (effective != Status.Ok) return effective;
    const status = proxy_continue_stream(stream);
    this.restoreEffective();
    return status;
  }

  /** The host takes calls for the context whose callback is running, unless told otherwise. */
  private makeEffective(): Status {
    return this.id == currentContextId ? Status.Ok : proxy_set_effective_context(this.id);
  }

  private restoreEffective(): void {
    if (this.id != currentContextId) proxy_set_effective_context(currentContextId);
  }
}
