import { failedAt, skipDocument, skipKey, skipSpace, skipValue, startAt, unescape } from "./json-scanner";

/**
 * What a {@link JsonValue} is.
 *
 * ```ts
 * class Configured extends RootContext {
 *   onConfigure(): bool {
 *     const value = parseJson(this.configuration);
 *     if (value.kind == JsonKind.Invalid) log.error(`not JSON at ${value.offset}`);
 *     return value.kind == JsonKind.Object;
 *   }
 * }
 * ```
 */
export enum JsonKind {
  /** What a key or an index that is not there gives. */
  Missing,
  /** What {@link parseJson} gives for a text that is not JSON. */
  Invalid,
  Null,
  Boolean,
  Number,
  String,
  Array,
  Object,
}

/**
 * Reads JSON (RFC 8259). The whole text is checked at once; values are read when they are asked for. Never `null`, so
 * that questions chain.
 *
 * ```ts
 * function perMinute(configuration: string): i64 {
 *   return parseJson(configuration).get("limits").get("perMinute").integerOr(60);
 * }
 * ```
 */
export function parseJson(text: string): JsonValue {
  if (!skipDocument(text)) return new JsonValue(text, failedAt(), JsonKind.Invalid);
  startAt(text, 0);
  return new JsonValue(text, skipSpace(), kindOf(text.charCodeAt(skipSpace())));
}

/**
 * A value in a JSON text, or none.
 *
 * ```ts
 * function names(list: JsonValue): string[] {
 *   const names: string[] = [];
 *   for (let i = 0; i < list.length; ++i) names.push(list.at(i).get("name").stringOr("nobody"));
 *   return names;
 * }
 * ```
 */
export class JsonValue {
  static readonly missing: JsonValue = new JsonValue("", -1, JsonKind.Missing);

  constructor(
    private readonly text: string,
    /** Where the value starts in the text, in UTF-16 units; for an invalid text, where it goes wrong. */
    readonly offset: i32,
    readonly kind: JsonKind,
  ) {}

  /** The value of a key; of the last one, when it is there twice. Missing when this is no object. */
  get(key: string): JsonValue {
    let found = JsonValue.missing;
    if (this.kind != JsonKind.Object) return found;
    startAt(this.text, this.offset + 1);
    while (this.text.charCodeAt(skipSpace()) == 0x22) {
      const isKey = unescape(skipSpace()) == key;
      const start = skipKey();
      if (isKey) found = new JsonValue(this.text, start, kindOf(this.text.charCodeAt(start)));
      if (!this.skipItem()) break;
    }
    return found;
  }

  /** An array's item, the first is 0. Missing when there is none, or this is no array. */
  at(index: i32): JsonValue {
    let start = this.firstItem();
    while (start >= 0 && index-- > 0) start = this.nextItem();
    return start < 0 ? JsonValue.missing : new JsonValue(this.text, start, kindOf(this.text.charCodeAt(start)));
  }

  /** An array's number of items; 0 for anything else. */
  get length(): i32 {
    let count = 0;
    for (let start = this.firstItem(); start >= 0; start = this.nextItem()) ++count;
    return count;
  }

  /** An object's keys, in order; none for anything else. */
  keys(): string[] {
    const keys = new Array<string>(0);
    if (this.kind != JsonKind.Object) return keys;
    startAt(this.text, this.offset + 1);
    while (this.text.charCodeAt(skipSpace()) == 0x22) {
      keys.push(unescape(skipSpace()));
      skipKey();
      if (!this.skipItem()) break;
    }
    return keys;
  }

  /** The string, or `otherwise` when this is none. */
  stringOr(otherwise: string): string {
    if (this.kind != JsonKind.String) return otherwise;
    startAt(this.text, this.offset);
    return unescape(this.offset);
  }

  /** The number, or `otherwise` when this is none. */
  numberOr(otherwise: f64): f64 {
    return this.kind == JsonKind.Number ? parseFloat(this.text.substring(this.offset, this.end())) : otherwise;
  }

  /** The number, or `otherwise` when this is none, or has a fraction or an exponent, or does not fit. */
  integerOr(otherwise: i64): i64 {
    if (this.kind != JsonKind.Number) return otherwise;
    const end = this.end();
    const isNegative = this.text.charCodeAt(this.offset) == 0x2d;
    let value: i64 = 0;
    for (let i = this.offset + i32(isNegative); i < end; ++i) {
      const digit = this.text.charCodeAt(i) - 48;
      if (<u32>digit > 9 || value < (i64.MIN_VALUE + digit) / 10) return otherwise;
      value = value * 10 - digit; // below zero there is room for one more
    }
    if (isNegative) return value;
    return value == i64.MIN_VALUE ? otherwise : -value;
  }

  /** True or false, or `otherwise` when this is neither. */
  booleanOr(otherwise: bool): bool {
    return this.kind == JsonKind.Boolean ? this.text.charCodeAt(this.offset) == 0x74 : otherwise;
  }

  private end(): i32 {
    startAt(this.text, this.offset);
    return skipValue();
  }

  private firstItem(): i32 {
    if (this.kind != JsonKind.Array) return -1;
    startAt(this.text, this.offset + 1);
    const start = skipSpace();
    return this.text.charCodeAt(start) == 0x5d ? -1 : start;
  }

  private nextItem(): i32 {
    return this.skipItem() ? skipSpace() : -1;
  }

  /** Passes a value and the comma after it; false at the end. */
  private skipItem(): bool {
    skipValue();
    const end = skipSpace();
    startAt(this.text, end + 1);
    return this.text.charCodeAt(end) == 0x2c;
  }
}

function kindOf(first: i32): JsonKind {
  switch (first) {
    case 0x7b:
      return JsonKind.Object;
    case 0x5b:
      return JsonKind.Array;
    case 0x22:
      return JsonKind.String;
    case 0x74:
    case 0x66:
      return JsonKind.Boolean;
    case 0x6e:
      return JsonKind.Null;
    default:
      return JsonKind.Number;
  }
}
