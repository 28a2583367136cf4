/** Text of `size` bytes at `address`. Each byte that is not part of well-formed UTF-8 becomes U+FFFD. */
export function decodeUtf8(address: usize, size: usize): string {
  // At most one UTF-16 unit comes from a byte.
  // @ts-ignore: built into the runtime
  const text = changetype<string>(__new(size << 1, idof<string>()));
  const start = changetype<usize>(text);
  const end = address + size;
  let to = start;
  while (address < end) {
    // Four bytes of ASCII at a time.
    while (address + 4 <= end) {
      let four: u64 = load<u32>(address);
      if (four & 0x80808080) break;
      four = (four | (four << 16)) & 0x0000ffff0000ffff;
      store<u64>(to, (four | (four << 8)) & 0x00ff00ff00ff00ff);
      address += 4;
      to += 8;
    }
    if (address == end) break;
    const byte = <u32>load<u8>(address++);
    if (byte < 0x80) {
      store<u16>(to, byte);
      to += 2;
      continue;
    }
    const more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    let code = more == 3 ? byte & 0x07 : more == 2 ? byte & 0x0f : byte & 0x1f;
    let seen = 0;
    while (seen < more && address + seen < end && (load<u8>(address + seen) & 0xc0) == 0x80) {
      code = (code << 6) | (load<u8>(address + seen) & 0x3f);
      ++seen;
    }
    if (byte < 0xc2 || byte > 0xf4 || seen < more || !isScalarOf(more, code)) {
      store<u16>(to, 0xfffd);
      to += 2;
      continue;
    }
    address += more;
    if (code < 0x10000) {
      store<u16>(to, code);
      to += 2;
    } else {
      code -= 0x10000;
      store<u16>(to, 0xd800 | (code >> 10));
      store<u16>(to + 2, 0xdc00 | (code & 0x3ff));
      to += 4;
    }
  }
  if (to - start == size << 1) return text;
  return newString(start, to - start);
}

/** @param size in bytes, two a UTF-16 unit */
function newString(address: usize, size: usize): string {
  // @ts-ignore: built into the runtime
  const text = changetype<string>(__new(size, idof<string>()));
  memory.copy(changetype<usize>(text), address, size);
  return text;
}

/** Neither a longer form than needed, nor a surrogate, nor beyond Unicode. `more` is the number of bytes after the first. */
function isScalarOf(more: i32, code: u32): bool {
  if (more == 1) return code >= 0x80;
  if (more == 2) return code >= 0x800 && (code < 0xd800 || code > 0xdfff);
  return code >= 0x10000 && code <= 0x10ffff;
}

/** The UTF-8 bytes of `text`. */
export function utf8Bytes(text: string): Uint8Array {
  const address = heap.alloc(<usize>text.length * 3);
  const bytes = copyBytes(address, encodeUtf8(text, address));
  heap.free(address);
  return bytes;
}

/** A copy of `size` bytes of raw memory. */
export function copyBytes(address: usize, size: usize): Uint8Array {
  return Uint8Array.wrap(copyBuffer(address, size));
}

/** {@link copyBytes} without a view. */
export function copyBuffer(address: usize, size: usize): ArrayBuffer {
  // @ts-ignore: built into the runtime
  const buffer = changetype<ArrayBuffer>(__new(size, idof<ArrayBuffer>()));
  memory.copy(changetype<usize>(buffer), address, size);
  return buffer;
}

/**
 * Writes `text` at `address`, where there is room for three bytes a UTF-16 unit. Half a surrogate pair becomes U+FFFD.
 *
 * @returns bytes written
 */
export function encodeUtf8(text: string, address: usize): usize {
  const start = address;
  let from = changetype<usize>(text);
  const end = from + ((<usize>text.length) << 1);
  while (from < end) {
    // Four characters of ASCII at a time.
    while (from + 8 <= end) {
      let four = load<u64>(from);
      if (four & 0xff80ff80ff80ff80) break;
      four = (four | (four >> 8)) & 0x0000ffff0000ffff;
      store<u32>(address, <u32>(four | (four >> 16)));
      from += 8;
      address += 4;
    }
    if (from == end) break;
    let code = <u32>load<u16>(from);
    from += 2;
    if (code < 0x80) {
      store<u8>(address++, code);
      continue;
    }
    if ((code & 0xf800) == 0xd800) {
      const low = from < end ? <u32>load<u16>(from) : 0;
      if (code < 0xdc00 && (low & 0xfc00) == 0xdc00) {
        from += 2;
        code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
      } else {
        code = 0xfffd;
      }
    }
    if (code < 0x800) {
      store<u8>(address++, 0xc0 | (code >> 6));
    } else {
      if (code < 0x10000) {
        store<u8>(address++, 0xe0 | (code >> 12));
      } else {
        store<u8>(address++, 0xf0 | (code >> 18));
        store<u8>(address++, 0x80 | ((code >> 12) & 0x3f));
      }
      store<u8>(address++, 0x80 | ((code >> 6) & 0x3f));
    }
    store<u8>(address++, 0x80 | (code & 0x3f));
  }
  return address - start;
}
