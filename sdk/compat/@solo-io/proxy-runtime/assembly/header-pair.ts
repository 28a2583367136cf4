import { Header } from "@wasm-hub/sdk";
import { bufferOf, viewOf } from "./bytes";

export class HeaderPair {
  constructor(
    public key: ArrayBuffer = new ArrayBuffer(0),
    public value: ArrayBuffer = new ArrayBuffer(0),
  ) {}

  toString(): string {
    return String.UTF8.decode(this.key) + ":" + String.UTF8.decode(this.value);
  }
}

export type Headers = Array<HeaderPair>;

export function makeHeaderPair(key: string, value: string): HeaderPair {
  return new HeaderPair(String.UTF8.encode(key), String.UTF8.encode(value));
}

/** What the old package gives for headers of this SDK. */
export function pairsOf(headers: Header[]): Headers {
  const pairs = new Array<HeaderPair>(headers.length);
  for (let i = 0; i < headers.length; ++i) {
    pairs[i] = new HeaderPair(String.UTF8.encode(headers[i].name), bufferOf(headers[i].valueBytes));
  }
  return pairs;
}

/** What this SDK takes. */
export function headersOf(pairs: Headers): Header[] {
  const headers = new Array<Header>(pairs.length);
  for (let i = 0; i < pairs.length; ++i) {
    headers[i] = Header.ofBytes(String.UTF8.decode(pairs[i].key), viewOf(pairs[i].value));
  }
  return headers;
}
