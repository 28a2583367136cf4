import { Body } from "./body";
import { BufferType } from "./buffer";
import { HeaderMap, HeaderMapType } from "./header-map";

/**
 * What answers an {@link HttpCall}. It is there while the call's callback runs; afterwards everything in it is missing.
 *
 * ```ts
 * function isAllowed(response: HttpCallResponse): bool {
 *   return response.status == 200 && response.headers.get("x-allow") == "yes";
 * }
 * ```
 */
export class HttpCallResponse {
  static readonly current: HttpCallResponse = new HttpCallResponse();

  /** With `:status`. */
  readonly headers: HeaderMap = new HeaderMap(HeaderMapType.HttpCallResponseHeaders);
  readonly body: Body = new Body(BufferType.HttpCallResponseBody);
  readonly trailers: HeaderMap = new HeaderMap(HeaderMapType.HttpCallResponseTrailers);

  /** The HTTP status. Envoy itself answers 504 after the time-out, and 503 when the cluster cannot be reached. */
  get status(): u32 {
    const text = this.headers.get(":status");
    return text === null ? 0 : U32.parseInt(text);
  }
}
