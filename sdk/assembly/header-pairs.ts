import { pushSpace } from "./arguments";
import { Header } from "./header";
import { copyBytes, decodeUtf8, encodeUtf8 } from "./utf8";

// The serialised form of header maps (ABI 0.2.1, "Serialization"): u32 count, then for each header u32 size of name and
// u32 size of value, then for each header name, NUL, value, NUL. All little-endian.

/** Reads what a host wrote; `size` 0 is no headers. */
export function readPairs(address: usize, size: usize): Header[] {
  const count: u32 = size < 4 ? 0 : load<u32>(address);
  const headers = new Array<Header>(0);
  let sizes = address + 4;
  let data = sizes + <usize>count * 8;
  for (let i: u32 = 0; i < count; ++i) {
    const nameSize = load<u32>(sizes);
    const valueSize = load<u32>(sizes, 4);
    sizes += 8;
    const name = decodeUtf8(data, nameSize);
    data += nameSize + 1;
    headers.push(Header.ofBytes(name, copyBytes(data, valueSize)));
    data += valueSize + 1;
  }
  return headers;
}

/** Bytes that the latest {@link pushPairs} wrote. */
export let pairsSize: usize = 0;

/** Address of the serialised headers, to be given back with `pop`. */
export function pushPairs(headers: Header[]): usize {
  const count = headers.length;
  let bound: usize = 4;
  for (let i = 0; i < count; ++i) bound += 10 + <usize>headers[i].name.length * 3 + headers[i].valueBytes.byteLength;
  const start = pushSpace(bound);
  store<u32>(start, count);
  let sizes = start + 4;
  let data = sizes + <usize>count * 8;
  for (let i = 0; i < count; ++i) {
    const header = headers[i];
    const name = header.name;
    const value = header.valueBytes;
    const nameSize = encodeUtf8(name, data);
    store<u32>(sizes, <u32>nameSize);
    store<u32>(sizes, value.byteLength, 4);
    sizes += 8;
    data += nameSize;
    store<u8>(data++, 0);
    memory.copy(data, value.dataStart, value.byteLength);
    data += value.byteLength;
    store<u8>(data++, 0);
  }
  pairsSize = data - start;
  return start;
}
