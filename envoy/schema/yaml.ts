import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from "yaml";
import { SchemaError } from "./errors.ts";

export interface EnvoyYaml {
  readonly file: string;
  readonly text: string;
  /** Scalars are strings, however they are written; source tokens are kept. */
  readonly document: Document.Parsed;
  /** The same as JSON, with scalars read as Envoy does: see {@link readScalar}. */
  readonly value: unknown;
  /** From 1. */
  position(node: Node): { line: number; column: number };
}

/**
 * Reads a YAML file as Envoy does: one document, YAML 1.1's booleans, no merge keys.
 *
 * @param file its name, for errors
 * @throws {SchemaError} CONFIG_NOT_YAML with the line
 */
export function readEnvoyYaml(text: string, file: string): EnvoyYaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    keepSourceTokens: true,
    schema: "failsafe",
    merge: false,
    logLevel: "silent",
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new SchemaError("CONFIG_NOT_YAML", `${file}:${line}:${col}: not YAML: ${error.message}`, {
      cause: error,
      hint: "mend the file; nothing has been changed",
      detail: { file, line, column: col },
    });
  }
  const position = (node: Node): { line: number; column: number } => {
    const { line, col } = lineCounter.linePos(node.range?.[0] ?? 0);
    return { line, column: col };
  };
  return { file, text, document, value: toValue(document.contents, document), position };
}

/** The node itself, or the one that an alias stands for. */
export function dereference(node: unknown, document: Document): Node | undefined {
  if (isAlias(node)) return node.resolve(document);
  return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
}

export function toValue(node: unknown, document: Document): unknown {
  const target = dereference(node, document);
  if (isSeq(target)) return target.items.map((item) => toValue(item, document));
  if (isScalar(target)) return readScalar(target);
  if (!isMap(target)) return null;
  return Object.fromEntries(target.items.map(({ key, value }) => [keyText(key), toValue(value, document)]));
}

export function keyText(key: unknown): string {
  return isScalar<string>(key) ? key.value : String(key);
}

const wrote = (words: string): RegExp =>
  new RegExp(
    `^(?:${[words, words.toUpperCase(), words.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())].join("|")})$`,
  );
const truth = wrote("y|yes|true|on");
const falsehood = wrote("n|no|false|off");
const nothing = /^(?:~|null|Null|NULL|)$/;
const decimal = /^[+-]?(?:0|[1-9]\d*)$/;
const octal = /^([+-]?)0([0-7]+)$/;
const hexadecimal = /^([+-]?)(0[xX][\da-fA-F]+)$/;
const real = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Plain scalars as yaml-cpp converts them for Envoy: nulls, booleans of YAML 1.1, C integers, numbers, else strings. */
function readScalar(scalar: Scalar): unknown {
  const text = scalar.value as string;
  if (scalar.type !== undefined && scalar.type !== "PLAIN") return text;
  if (nothing.test(text)) return null;
  if (truth.test(text)) return true;
  if (falsehood.test(text)) return false;
  const whole = readInteger(text);
  // What a double cannot hold goes through as text, which protobuf's JSON takes for 64-bit integers.
  if (whole !== undefined) return Number.isSafeInteger(Number(whole)) ? Number(whole) : String(whole);
  return real.test(text) ? Number(text) : text;
}

function readInteger(text: string): bigint | undefined {
  if (decimal.test(text)) return BigInt(text.replace("+", ""));
  const [, octalSign, octalDigits] = octal.exec(text) ?? [];
  if (octalDigits !== undefined) return signed(octalSign, BigInt(`0o${octalDigits}`));
  const [, sign, digits] = hexadecimal.exec(text) ?? [];
  return digits === undefined ? undefined : signed(sign, BigInt(digits));
}

function signed(sign: string | undefined, value: bigint): bigint {
  return sign === "-" ? -value : value;
}
