/** Reads the primitive values of the binary format (WebAssembly core specification 2.0, section 5.2). */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;

  constructor(bytes: Uint8Array, position = 0, end = bytes.byteLength) {
    this.#bytes = bytes;
    this.#position = position;
    this.#end = end;
  }

  get position(): number {
    return this.#position;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#end;
  }

  /** @throws {RangeError} past the end */
  byte(): number {
    const byte = this.#position < this.#end ? this.#bytes[this.#position++] : undefined;
    if (byte === undefined) throw new RangeError(`it breaks off at byte ${this.#position}`);
    return byte;
  }

  /** Unsigned LEB128, at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError(`a number is too long at byte ${this.#position}`);
  }

  /** A length, then as many bytes of UTF-8. */
  name(): string {
    return new TextDecoder().decode(this.bytes(this.u32()));
  }

  bytes(length: number): Uint8Array {
    const end = this.#position + length;
    if (end > this.#end) throw new RangeError(`it breaks off at byte ${this.#end}`);
    const bytes = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return bytes;
  }

  /** A reader of the next `length` bytes, which are skipped here. */
  part(length: number): Reader {
    const start = this.#position;
    this.bytes(length);
    return new Reader(this.#bytes, start, this.#position);
  }
}
