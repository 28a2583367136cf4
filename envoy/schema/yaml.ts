import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { errorMessage } from "#core";
import { SchemaError } from "./errors.ts";
import { readScalar } from "./scalar.ts";

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
 * Reads a YAML file as Envoy does: the first document; YAML 1.1's booleans; no merge keys; of two equal keys the last;
 * nothing under a key with the tag `!ignore`.
 *
 * @param file its name, for errors
 * @throws {SchemaError} CONFIG_NOT_YAML with the line
 */
export function readEnvoyYaml(text: string, file: string): EnvoyYaml {
  const lineCounter = new LineCounter();
  const fail = (offset: number, why: string, cause?: unknown): SchemaError => {
    const { line, col } = lineCounter.linePos(offset);
    return new SchemaError("CONFIG_NOT_YAML", `${file}:${line}:${col}: not YAML: ${why}`, {
      cause,
      hint: "mend the file; nothing has been changed",
      detail: { file, line, column: col },
    });
  };
  const document = parse(text, lineCounter, fail);
  const [error] = document.errors;
  if (error) throw fail(error.pos[0], error.message, error);
  const position = (node: Node): { line: number; column: number } => {
    const { line, col } = lineCounter.linePos(node.range?.[0] ?? 0);
    return { line, column: col };
  };
  const value = new Reader((node, why) => fail(node.range?.[0] ?? 0, why)).read(document.contents);
  return { file, text, document, value, position };
}

function parse(
  text: string,
  lineCounter: LineCounter,
  fail: (offset: number, why: string, cause: unknown) => SchemaError,
): Document.Parsed {
  try {
    return parseDocument(text, {
      lineCounter,
      keepSourceTokens: true,
      schema: "failsafe",
      merge: false,
      uniqueKeys: false,
      logLevel: "silent",
      prettyErrors: false,
    });
  } catch (cause) {
    // The parser calls itself for each level.
    throw fail(0, cause instanceof RangeError ? tooDeep : errorMessage(cause), cause);
  }
}

/** The node itself, or the one that an alias stands for. */
export function dereference(node: unknown, document: Document): Node | undefined {
  if (isAlias(node)) return node.resolve(document);
  return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
}

/** What Envoy sees of a mapping, by key. */
export function entries(map: YAMLMap): ReadonlyMap<string, Pair> {
  const seen = new Map<string, Pair>();
  for (const pair of map.items) {
    if (isScalar(pair.key) && pair.key.tag === "!ignore") continue;
    seen.set(keyText(pair.key), pair);
  }
  return seen;
}

function keyText(key: unknown): string {
  return isScalar<string>(key) ? key.value : String(key);
}

const mostLevels = 400;
const mostNodes = 1_000_000;
const tooDeep = `more than ${mostLevels} levels deep`;

/** Makes JSON of nodes. Aliases of a hostile file would make it endless. */
class Reader {
  readonly #fail: (node: Node, why: string) => SchemaError;
  /** The last node with each anchor, as far as the file has been read. */
  readonly #anchors = new Map<string, Node>();
  #nodes = 0;

  constructor(fail: (node: Node, why: string) => SchemaError) {
    this.#fail = fail;
  }

  read(node: unknown, level = 0, isAgain = false): unknown {
    if (isAlias(node)) {
      const anchored = this.#anchors.get(node.source);
      if (anchored) return this.read(anchored, level + 1, true);
      throw this.#fail(node, `the anchor ${node.source} is not defined before`);
    }
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return null;
    if (node.anchor && !isAgain) this.#anchors.set(node.anchor, node);
    if (level > mostLevels) throw this.#fail(node, `${tooDeep}, or an alias inside of what it stands for`);
    if (++this.#nodes > mostNodes) throw this.#fail(node, `aliases make more than ${mostNodes} values of it`);
    if (isScalar(node)) return readScalar(node);
    if (isSeq(node)) return node.items.map((item) => this.read(item, level + 1, isAgain));
    // What is ignored is read for its anchors.
    const values = new Map(node.items.map((pair) => [pair, this.read(pair.value, level + 1, isAgain)]));
    return Object.fromEntries([...entries(node)].map(([key, pair]) => [key, values.get(pair)]));
  }
}
