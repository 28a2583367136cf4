import { pushSpace } from "./arguments";
import { Header } from "./header";

// The serialised form of header maps (ABI 0.2.1, "Serialization"): u32 count, then for each header u32 size of name and
// u32 size of value, then for each header name, NUL, value, NUL. All little-endian.

/** The headers in what a host wrote; no bytes are no headers. */
export function readPairs(data: ArrayBuffer): Header[] {
  const start = changetype<usize>(data);
  const count = data.byteLength < 4 ? 0 : load<i32>(start);
  const headers = new Array<Header>(count);
  let offset: usize = 4 + ((<usize>count) << 3);
  for (let i = 0; i < count; ++i) {
    const sizes = start + 4 + ((<usize>i) << 3);
    const nameSize: usize = load<u32>(sizes);
    const valueSize: usize = load<u32>(sizes, 4);
    const valueOffset = offset + nameSize + 1;
    unchecked((headers[i] = Header.within(data, offset, nameSize, valueOffset, valueSize)));
    offset = valueOffset + valueSize + 1;
  }
  return headers;
}

/** Bytes that the latest {@link pushPairs} wrote. */
export let pairsSize: usize = 0;

/** Address of the serialised headers, to be given back with `pop`. */
export function pushPairs(headers: Header[]): usize {
  const count = headers.length;
  pairsSize = 4;
  for (let i = 0; i < count; ++i) pairsSize += 10 + headers[i].nameLength + headers[i].valueLength;
  const start = pushSpace(pairsSize);
  store<u32>(start, count);
  let data = start + 4 + ((<usize>count) << 3);
  for (let i = 0; i < count; ++i) {
    const header = headers[i];
    const sizes = start + 4 + ((<usize>i) << 3);
    store<u32>(sizes, <u32>header.nameLength);
    store<u32>(sizes, <u32>header.valueLength, 4);
    data = appendWithNul(data, header.nameAddress, header.nameLength);
    data = appendWithNul(data, header.valueAddress, header.valueLength);
  }
  return start;
}

function appendWithNul(to: usize, from: usize, size: usize): usize {
  memory.copy(to, from, size);
  store<u8>(to + size, 0);
  return to + size + 1;
}
