import { type DescEnum, ScalarType } from "@bufbuild/protobuf";
import { didYouMean } from "./nearest.ts";

/** A value in the form that protobuf's JSON reader is given: see {@link readScalar}. */
export type Leaf = string | number | boolean;

/**
 * The rules of protobuf's JSON reader for scalars, in its lenient form, which Envoy uses
 * (protobuf's src/google/protobuf/json/internal/parser.cc, `allow_legacy_syntax`).
 *
 * @returns what is wrong; undefined when it is taken
 */
export function scalarFault(type: ScalarType, value: Leaf): string | undefined {
  switch (type) {
    case ScalarType.STRING:
      return typeof value === "string" ? undefined : expected("a string", value);
    case ScalarType.BYTES:
      return typeof value === "string" && base64.test(value) ? undefined : expected("bytes in base64", value);
    case ScalarType.BOOL:
      return typeof value === "boolean" || (typeof value === "string" && booleanText.test(value))
        ? undefined
        : expected("true or false", value);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return readNumber(String(value).trim()) !== undefined && typeof value !== "boolean"
        ? undefined
        : expected("a number", value);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return integerFault(value, -(2n ** 31n), 2n ** 31n - 1n);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return integerFault(value, 0n, 2n ** 32n - 1n);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return integerFault(value, -(2n ** 63n), 2n ** 63n - 1n);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return integerFault(value, 0n, 2n ** 64n - 1n);
  }
}

/** A name in any case, or a number, also one that no name stands for. */
export function enumFault(type: DescEnum, value: Leaf): string | undefined {
  if (typeof value === "number" || (typeof value === "string" && decimal.test(value))) {
    return integerFault(value, -(2n ** 31n), 2n ** 31n - 1n);
  }
  const names = type.values.map(({ name }) => name);
  const wanted = String(value).toUpperCase();
  if (typeof value === "string" && names.some((name) => name.toUpperCase() === wanted)) return undefined;
  const choice = names.length <= 10 ? names.join(", ") : `a name of ${type.typeName}`;
  return `${expected(choice, value)}${didYouMean(String(value), names)}`;
}

/** Messages that are written as a string (protobuf.dev/programming-guides/json). */
export const textForms: Readonly<Record<string, { readonly reads: (text: string) => boolean; readonly form: string }>> =
  {
    "google.protobuf.Duration": {
      reads: (text) => /^-?\d+(?:\.\d{1,9})?s$/.test(text) && Math.abs(Number.parseFloat(text)) <= 315_576_000_000,
      form: "a duration in seconds, such as 1.5s",
    },
    "google.protobuf.Timestamp": {
      reads: (text) => /^\d{4}-\d\d-\d\dT/i.test(text) && !Number.isNaN(Date.parse(text)),
      form: "a time, such as 2026-01-31T00:00:00Z",
    },
    "google.protobuf.FieldMask": { reads: () => true, form: "names of fields with commas between" },
  };

export function expected(what: string, value: unknown): string {
  return `must be ${what}, not ${JSON.stringify(value)}`;
}

const base64 = /^[\w+/-]*={0,2}$/;
const booleanText = /^(?:true|t|yes|y|1|false|f|no|n|0)$/i;
const decimal = /^[+-]?\d+$/;
const real = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const hexadecimal = /^[+-]?0x[\da-f]+$/i;
const unbounded = /^[+-]?(?:inf|infinity|nan)$/i;

function readNumber(text: string): number | undefined {
  if (real.test(text)) return Number(text);
  if (hexadecimal.test(text)) return (text.startsWith("-") ? -1 : 1) * Number(text.replace(/^[+-]/, ""));
  return unbounded.test(text) ? Number.NaN : undefined;
}

function integerFault(value: Leaf, least: bigint, most: bigint): string | undefined {
  const whole = typeof value === "boolean" ? undefined : readWhole(String(value));
  if (whole === undefined) return expected("a whole number", value);
  return whole < least || whole > most ? expected(`from ${least} to ${most}`, value) : undefined;
}

/** `5`, `"5"`, `5.0` and `5e0` are all five. */
function readWhole(text: string): bigint | undefined {
  if (decimal.test(text)) return BigInt(text.replace("+", ""));
  const number = readNumber(text);
  return number !== undefined && Number.isInteger(number) ? BigInt(number) : undefined;
}
