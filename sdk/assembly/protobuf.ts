import { utf8Bytes } from "./utf8";

// As much of protobuf's wire format as Envoy's messages need (https://protobuf.dev/programming-guides/encoding).

/** A field that holds bytes, or another message. */
export function bytesField(number: u32, bytes: Uint8Array): Uint8Array {
  const size = <u32>bytes.length;
  const field = new Uint8Array(1 + varintSize(size) + size);
  field[0] = <u8>((number << 3) | 2);
  field.set(bytes, writeVarint(field, 1, size));
  return field;
}

/** A field that holds text. */
export function textField(number: u32, text: string): Uint8Array {
  return bytesField(number, utf8Bytes(text));
}

/** A field that holds a number, an enum or a bool. */
export function varintField(number: u32, value: u32): Uint8Array {
  const field = new Uint8Array(1 + varintSize(value));
  field[0] = <u8>(number << 3);
  writeVarint(field, 1, value);
  return field;
}

/** Fields make a message. */
export function message(fields: Uint8Array[]): Uint8Array {
  let size = 0;
  for (let i = 0; i < fields.length; ++i) size += fields[i].length;
  const all = new Uint8Array(size);
  let at = 0;
  for (let i = 0; i < fields.length; ++i) {
    all.set(fields[i], at);
    at += fields[i].length;
  }
  return all;
}

function varintSize(value: u32): i32 {
  let size = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++size;
  }
  return size;
}

function writeVarint(to: Uint8Array, at: i32, value: u32): i32 {
  while (value >= 0x80) {
    to[at++] = <u8>(value | 0x80);
    value >>= 7;
  }
  to[at++] = <u8>value;
  return at;
}
