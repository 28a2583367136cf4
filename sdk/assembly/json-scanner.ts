// A cursor over a JSON text. It is one for the module, for nothing is kept between two calls of a JsonValue.

let text = "";
let at = 0;

/** Deeper nesting is refused, for each level takes from a stack that is small. */
const maximumDepth = 64;

export function startAt(source: string, offset: i32): void {
  text = source;
  at = offset;
}

/** Whether `source` is one JSON value with nothing but space around it. */
export function skipDocument(source: string): bool {
  startAt(source, 0);
  if (!skip(0)) return false;
  return skipSpace() == source.length;
}

/** Where {@link skipDocument} found what does not belong there. */
export function failedAt(): i32 {
  return at;
}

/** Passes a value that is known to be valid, and returns where it ends. */
export function skipValue(): i32 {
  skip(0);
  return at;
}

/** Passes a key, its colon and space, and returns where the value starts. */
export function skipKey(): i32 {
  skipString();
  skipSpace();
  ++at;
  return skipSpace();
}

export function skipSpace(): i32 {
  let unit = peek();
  while (unit == 0x20 || unit == 0x0a || unit == 0x0d || unit == 0x09) {
    ++at;
    unit = peek();
  }
  return at;
}

/** The string whose opening quote is at `start`. */
export function unescape(start: i32): string {
  let value = "";
  let from = start + 1;
  let i = from;
  let unit = text.charCodeAt(i);
  while (unit != 0x22) {
    if (unit == 0x5c) {
      value += text.substring(from, i);
      const escaped = text.charCodeAt(++i);
      value += String.fromCharCode(escaped == 0x75 ? hex(i + 1) : controlOf(escaped));
      if (escaped == 0x75) i += 4;
      from = i + 1;
    }
    unit = text.charCodeAt(++i);
  }
  return value + text.substring(from, i);
}

function controlOf(escaped: i32): i32 {
  switch (escaped) {
    case 0x62:
      return 8;
    case 0x66:
      return 12;
    case 0x6e:
      return 10;
    case 0x72:
      return 13;
    case 0x74:
      return 9;
    default:
      return escaped;
  }
}

function peek(): i32 {
  return text.charCodeAt(at);
}

function skip(depth: i32): bool {
  skipSpace();
  switch (peek()) {
    case 0x7b:
      return skipItems(0x7d, depth);
    case 0x5b:
      return skipItems(0x5d, depth);
    case 0x22:
      return skipString();
    case 0x74:
      return skipWord("true");
    case 0x66:
      return skipWord("false");
    case 0x6e:
      return skipWord("null");
    default:
      return skipNumber();
  }
}

/** An object's or array's items, from its opening bracket to its closing one. */
function skipItems(close: i32, depth: i32): bool {
  if (depth == maximumDepth) return false;
  ++at;
  skipSpace();
  if (peek() == close) {
    ++at;
    return true;
  }
  while (true) {
    if (close == 0x7d) {
      skipSpace();
      if (!skipString()) return false;
      skipSpace();
      if (peek() != 0x3a) return false;
      ++at;
    }
    if (!skip(depth + 1)) return false;
    skipSpace();
    const unit = peek();
    if (unit != close && unit != 0x2c) return false;
    ++at;
    if (unit == close) return true;
  }
}

function skipString(): bool {
  if (peek() != 0x22) return false;
  while (true) {
    ++at;
    const unit = peek();
    if (unit < 0x20) return false; // -1 at the end
    if (unit == 0x22) {
      ++at;
      return true;
    }
    if (unit != 0x5c) continue;
    ++at;
    const escaped = peek();
    if (escaped == 0x75) {
      if (hex(at + 1) < 0) return false;
      at += 4;
    } else if (controlOf(escaped) == escaped && escaped != 0x22 && escaped != 0x5c && escaped != 0x2f) {
      return false;
    }
  }
}

/** Four hex digits, or -1. */
function hex(start: i32): i32 {
  let value = 0;
  for (let i = start; i < start + 4; ++i) {
    const unit = text.charCodeAt(i);
    const letter = unit | 0x20;
    const digit = unit >= 0x30 && unit <= 0x39 ? unit - 0x30 : letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
    if (digit < 0) return -1;
    value = (value << 4) | digit;
  }
  return value;
}

function skipWord(word: string): bool {
  for (let i = 0; i < word.length; ++i, ++at) {
    if (peek() != word.charCodeAt(i)) return false;
  }
  return true;
}

function skipNumber(): bool {
  if (peek() == 0x2d) ++at;
  if (peek() == 0x30) ++at;
  else if (!skipDigits()) return false;
  if (peek() == 0x2e) {
    ++at;
    if (!skipDigits()) return false;
  }
  if ((peek() | 0x20) == 0x65) {
    ++at;
    if (peek() == 0x2b || peek() == 0x2d) ++at;
    return skipDigits();
  }
  return true;
}

function skipDigits(): bool {
  const start = at;
  while (<u32>(peek() - 0x30) <= 9) ++at;
  return at > start;
}
