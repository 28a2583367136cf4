import { pop, push, pushedSize } from "./arguments";
import { BufferType } from "./buffer";
import { proxy_get_buffer_bytes, proxy_get_buffer_status, proxy_set_buffer_bytes } from "./env";
import { expectResult, resultAddress, resultSize, takeBytes, takeString } from "./result";
import { Status } from "./status";
import { utf8Bytes } from "./utf8";

const sizeCell: usize = memory.data(4, 4);
const flagsCell: usize = memory.data(4, 4);

/**
 * The part of a body that the running callback sees: the newest chunk, or all so far when earlier chunks were paused.
 * Whoever changes its size removes `content-length` in the headers callback, or sets it.
 *
 * ```ts
 * class Signed extends HttpContext {
 *   onResponseHeaders(endOfStream: bool): Action {
 *     this.responseHeaders.remove("content-length");
 *     return Action.Continue;
 *   }
 *
 *   onResponseBody(size: u32, endOfStream: bool): Action {
 *     if (endOfStream) this.responseBody.append("-- the proxy");
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export class Body {
  static readonly request: Body = new Body(BufferType.HttpRequestBody);
  static readonly response: Body = new Body(BufferType.HttpResponseBody);

  constructor(private readonly type: BufferType) {}

  /** Bytes there are now; 0 when there is no body. */
  get size(): u32 {
    this.measure();
    return load<u32>(sizeCell);
  }

  /**
   * Up to `length` bytes from `start` on, all by default; fewer at the end. `null` when the host refuses. In Envoy a body
   * that is not there is an empty one.
   */
  getBytes(start: u32 = 0, length: u32 = u32.MAX_VALUE): Uint8Array | null {
    return this.read(start, length) == Status.Ok ? takeBytes() : null;
  }

  /** {@link getBytes} as text. A range that cuts a character in two shows U+FFFD there. */
  get(start: u32 = 0, length: u32 = u32.MAX_VALUE): string | null {
    return this.read(start, length) == Status.Ok ? takeString() : null;
  }

  /** Puts `text` in place of the whole. */
  set(text: string): Status {
    return this.writeText(0, u32.MAX_VALUE, text);
  }

  /** Puts `bytes` in place of the whole. */
  setBytes(bytes: Uint8Array): Status {
    return this.write(0, u32.MAX_VALUE, bytes);
  }

  append(text: string): Status {
    return this.writeText(u32.MAX_VALUE, 0, text);
  }

  appendBytes(bytes: Uint8Array): Status {
    return this.write(u32.MAX_VALUE, 0, bytes);
  }

  prepend(text: string): Status {
    return this.writeText(0, 0, text);
  }

  prependBytes(bytes: Uint8Array): Status {
    return this.write(0, 0, bytes);
  }

  /** Puts `text` in place of the `length` bytes from `start` on. */
  replace(start: u32, length: u32, text: string): Status {
    return this.replaceBytes(start, length, utf8Bytes(text));
  }

  /** Puts `bytes` in place of the `length` bytes from `start` on, whatever their number. */
  replaceBytes(start: u32, length: u32, bytes: Uint8Array): Status {
    const size = this.size;
    if (start > size) return Status.BadArgument;
    length = min(length, size - start);
    // Hosts write at the ends or over the whole; Envoy answers BadArgument to a range in the middle.
    if (start == size) return this.write(u32.MAX_VALUE, 0, bytes);
    if (length == size || (start == 0 && length == 0)) return this.write(start, length, bytes);
    const old = this.getBytes();
    if (old === null) return Status.NotFound;
    const spliced = new Uint8Array(size - length + bytes.length);
    spliced.set(old.subarray(0, start));
    spliced.set(bytes, start);
    spliced.set(old.subarray(start + length), start + bytes.length);
    return this.write(0, size, spliced);
  }

  /** Leaves what was read as the result. No host is asked for what lies behind the end, and hosts cut what is too long. */
  private read(start: u32, length: u32): Status {
    expectResult();
    if (start > 0) {
      const status = this.measure();
      const size = load<u32>(sizeCell);
      if (status != Status.Ok || start >= size) return status;
      length = min(length, size - start);
    }
    return proxy_get_buffer_bytes(this.type, start, length, resultAddress, resultSize);
  }

  private measure(): Status {
    store<u32>(sizeCell, 0);
    return proxy_get_buffer_status(this.type, sizeCell, flagsCell);
  }

  private writeText(start: u32, length: u32, text: string): Status {
    const address = push(text);
    const status = proxy_set_buffer_bytes(this.type, start, length, address, pushedSize);
    pop(address);
    return status;
  }

  private write(start: u32, length: u32, bytes: Uint8Array): Status {
    return proxy_set_buffer_bytes(this.type, start, length, bytes.dataStart, bytes.byteLength);
  }
}
