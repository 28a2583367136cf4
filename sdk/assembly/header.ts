import { decodeUtf8, utf8Bytes } from "./utf8";

/** One header or trailer. */
export class Header {
  /** Byte for byte, as it is on the wire. */
  valueBytes: Uint8Array;

  constructor(
    readonly name: string,
    value: string,
  ) {
    this.valueBytes = utf8Bytes(value);
  }

  /** A header whose value need not be text. */
  static ofBytes(name: string, value: Uint8Array): Header {
    const header = new Header(name, "");
    header.valueBytes = value;
    return header;
  }

  /** As text; bytes that are not UTF-8 show as U+FFFD. */
  get value(): string {
    return decodeUtf8(this.valueBytes.dataStart, this.valueBytes.byteLength);
  }
}
