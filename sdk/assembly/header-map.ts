import { pop, push, pushedSize } from "./arguments";
import { Header } from "./header";
import { pairsSize, pushPairs, readPairs } from "./header-pairs";
import {
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_get_header_map_size,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  proxy_set_header_map_pairs,
} from "./env";
import { expectResult, releaseResult, resultAddress, resultSize, takeBuffer, takeBytes, takeString } from "./result";
import { Status } from "./status";

const sizeCell: usize = memory.data(4, 4);

/** ABI 0.2.1, `proxy_header_map_type_t`. */
export enum HeaderMapType {
  RequestHeaders = 0,
  RequestTrailers = 1,
  ResponseHeaders = 2,
  ResponseTrailers = 3,
  GrpcCallInitialMetadata = 4,
  GrpcCallTrailingMetadata = 5,
  HttpCallResponseHeaders = 6,
  HttpCallResponseTrailers = 7,
}

/**
 * Headers or trailers of the stream whose callback is running. Names are lower-case; `:method`, `:path`, `:authority`,
 * `:scheme` and `:status` are headers too.
 *
 * ```ts
 * class Headers extends HttpContext {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const headers = this.requestHeaders;
 *     if (headers.get("x-version") === null) headers.set("x-version", "1");
 *     headers.add("x-seen-by", "the proxy");
 *     headers.remove("x-internal");
 *     const all = headers.all();
 *     for (let i = 0; i < all.length; ++i) log.debug(`${all[i].name}: ${all[i].value}`);
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export class HeaderMap {
  // Static fields, unlike constants of a file, cost nothing in a filter that does not use them.
  static readonly requestHeaders: HeaderMap = new HeaderMap(HeaderMapType.RequestHeaders);
  static readonly requestTrailers: HeaderMap = new HeaderMap(HeaderMapType.RequestTrailers);
  static readonly responseHeaders: HeaderMap = new HeaderMap(HeaderMapType.ResponseHeaders);
  static readonly responseTrailers: HeaderMap = new HeaderMap(HeaderMapType.ResponseTrailers);

  constructor(private readonly type: HeaderMapType) {}

  /** The value, `""` when it is empty, `null` when there is no such header. Of several values Envoy gives the first. */
  get(name: string): string | null {
    return this.find(name) == Status.Ok ? takeString() : null;
  }

  /** {@link get}, byte for byte. */
  getBytes(name: string): Uint8Array | null {
    return this.find(name) == Status.Ok ? takeBytes() : null;
  }

  has(name: string): bool {
    const found = this.find(name) == Status.Ok;
    releaseResult();
    return found;
  }

  /** Gives the header this one value, whether it was there or not. */
  set(name: string, value: string): Status {
    const nameAddress = push(name);
    const nameSize = pushedSize;
    const valueAddress = push(value);
    const status = proxy_replace_header_map_value(this.type, nameAddress, nameSize, valueAddress, pushedSize);
    pop(valueAddress);
    pop(nameAddress);
    return status;
  }

  /** {@link set} with a value that need not be text. */
  setBytes(name: string, value: Uint8Array): Status {
    const nameAddress = push(name);
    const status = proxy_replace_header_map_value(
      this.type,
      nameAddress,
      pushedSize,
      value.dataStart,
      value.byteLength,
    );
    pop(nameAddress);
    return status;
  }

  /** Adds a value and keeps those that are there. */
  add(name: string, value: string): Status {
    const nameAddress = push(name);
    const nameSize = pushedSize;
    const valueAddress = push(value);
    const status = proxy_add_header_map_value(this.type, nameAddress, nameSize, valueAddress, pushedSize);
    pop(valueAddress);
    pop(nameAddress);
    return status;
  }

  /** {@link add} with a value that need not be text. */
  addBytes(name: string, value: Uint8Array): Status {
    const nameAddress = push(name);
    const status = proxy_add_header_map_value(this.type, nameAddress, pushedSize, value.dataStart, value.byteLength);
    pop(nameAddress);
    return status;
  }

  /** Removes every value of the header; `Status.Ok` when there was none. */
  remove(name: string): Status {
    const nameAddress = push(name);
    const status = proxy_remove_header_map_value(this.type, nameAddress, pushedSize);
    pop(nameAddress);
    return status;
  }

  /** Every header, in order; one entry a value. What is not looked at is not decoded. */
  all(): Header[] {
    expectResult();
    const status = proxy_get_header_map_pairs(this.type, resultAddress, resultSize);
    return status == Status.Ok ? readPairs(takeBuffer()) : [];
  }

  /** Puts `headers` in place of all that are there. */
  replaceAll(headers: Header[]): Status {
    const pairs = pushPairs(headers);
    const status = proxy_set_header_map_pairs(this.type, pairs, pairsSize);
    pop(pairs);
    return status;
  }

  /** Bytes of all names and values together; 0 where the headers cannot be written. */
  get byteSize(): u32 {
    store<u32>(sizeCell, 0);
    proxy_get_header_map_size(this.type, sizeCell);
    return load<u32>(sizeCell);
  }

  private find(name: string): Status {
    expectResult();
    const nameAddress = push(name);
    const status = proxy_get_header_map_value(this.type, nameAddress, pushedSize, resultAddress, resultSize);
    pop(nameAddress);
    return status;
  }
}
