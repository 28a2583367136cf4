import { copyBuffer, copyBytes, decodeUtf8, encodeUtf8 } from "./utf8";

/**
 * One header or trailer.
 *
 * ```ts
 * function isForwarded(headers: Header[]): bool {
 *   for (let i = 0; i < headers.length; ++i) {
 *     if (headers[i].name == "x-forwarded-for" && headers[i].value != "") return true;
 *   }
 *   return false;
 * }
 * ```
 */
export class Header {
  // Bytes of name and value, of which those of a whole header map share one buffer. Text is made when it is asked for.
  private data: ArrayBuffer;
  private nameStart: usize;
  private nameBytes: usize;
  private valueStart: usize;
  private valueSize: usize;

  constructor(name: string, value: string) {
    const start = heap.alloc(<usize>(name.length + value.length) * 3);
    const nameBytes = encodeUtf8(name, start);
    const valueSize = encodeUtf8(value, start + nameBytes);
    this.data = copyBuffer(start, nameBytes + valueSize);
    heap.free(start);
    this.nameStart = 0;
    this.nameBytes = nameBytes;
    this.valueStart = nameBytes;
    this.valueSize = valueSize;
  }

  /** A header whose value need not be text. */
  static ofBytes(name: string, value: Uint8Array): Header {
    const header = new Header(name, "");
    const data = new Uint8Array(<i32>header.nameBytes + value.byteLength);
    memory.copy(data.dataStart, header.nameAddress, header.nameBytes);
    memory.copy(data.dataStart + header.nameBytes, value.dataStart, value.byteLength);
    header.data = data.buffer;
    header.valueSize = value.byteLength;
    return header;
  }

  /** The SDK's: a header in a buffer that holds several. */
  static within(data: ArrayBuffer, nameStart: usize, nameBytes: usize, valueStart: usize, valueSize: usize): Header {
    // @ts-ignore: built into the runtime
    const header = changetype<Header>(__new(offsetof<Header>(), idof<Header>()));
    header.data = data;
    header.nameStart = nameStart;
    header.nameBytes = nameBytes;
    header.valueStart = valueStart;
    header.valueSize = valueSize;
    return header;
  }

  get name(): string {
    return decodeUtf8(this.nameAddress, this.nameBytes);
  }

  /** As text; bytes that are not UTF-8 show as U+FFFD. */
  get value(): string {
    return decodeUtf8(this.valueAddress, this.valueSize);
  }

  /** Byte for byte, as it is on the wire. */
  get valueBytes(): Uint8Array {
    return copyBytes(this.valueAddress, this.valueSize);
  }

  /** The SDK's: where the name lies, {@link nameLength} bytes of it. */
  get nameAddress(): usize {
    return changetype<usize>(this.data) + this.nameStart;
  }

  /** The SDK's. */
  get nameLength(): usize {
    return this.nameBytes;
  }

  /** The SDK's: where the value lies, {@link valueLength} bytes of it. */
  get valueAddress(): usize {
    return changetype<usize>(this.data) + this.valueStart;
  }

  /** Bytes of the value. */
  get valueLength(): usize {
    return this.valueSize;
  }
}
