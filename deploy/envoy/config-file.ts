import { readFile } from "node:fs/promises";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { errorMessage } from "#core";
import { DeployError } from "./errors.ts";

/** One of Envoy's configuration files, parsed with the position of each node. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** @throws {DeployError} BOOTSTRAP_UNREADABLE */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (cause) {
    throw new DeployError("BOOTSTRAP_UNREADABLE", `cannot read ${path}: ${errorMessage(cause)}`, {
      cause,
      detail: { path },
    });
  }
  return parseConfigFile(path, text);
}

/** @throws {DeployError} BOOTSTRAP_UNREADABLE with the line */
export function parseConfigFile(path: string, text: string): ConfigFile {
  const lines = new LineCounter();
  // Envoy reads YAML 1.1, with its merge keys.
  const document = parseDocument(text, { version: "1.1", merge: true, lineCounter: lines, uniqueKeys: false });
  const [problem] = document.errors;
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new DeployError(
      "BOOTSTRAP_UNREADABLE",
      `${path}:${line}:${col}: not YAML: ${problem.message.split("\n", 1)[0]}`,
      {
        hint: "envoy --mode validate -c FILE says what Envoy thinks of it",
        detail: { path, line, column: col },
      },
    );
  }
  if (!isMap(document.contents)) {
    throw new DeployError("BOOTSTRAP_UNREADABLE", `${path} is not an Envoy configuration: it holds no mapping`, {
      detail: { path },
    });
  }
  return { path, text, document, lines };
}

/** A field by its proto name; Envoy takes `lowerCamelCase` too, and merge keys (`<<`) bring fields along. */
export function field(file: ConfigFile, parent: unknown, name: string): Node | undefined {
  const map = resolve(file, parent);
  if (!isMap(map)) return undefined;
  const camel = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  for (const { key, value } of map.items) {
    if (isScalar(key) && (key.value === name || key.value === camel)) return resolve(file, value);
  }
  for (const { key, value } of map.items) {
    if (!isScalar(key) || key.source !== "<<") continue;
    const merged = resolve(file, value);
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const found = field(file, source, name);
      if (found) return found;
    }
  }
  return undefined;
}

/** A field of a field … of the document. */
export function fieldAt(file: ConfigFile, ...names: readonly string[]): Node | undefined {
  return names.reduce<unknown>((node, name) => field(file, node, name), file.document.contents) as Node | undefined;
}

/** The items of a list field, aliases followed. */
export function items(file: ConfigFile, parent: unknown, name: string): readonly Node[] {
  const list = field(file, parent, name);
  return isSeq(list) ? list.items.map((item) => resolve(file, item)).filter((item) => item !== undefined) : [];
}

export function textOf(file: ConfigFile, parent: unknown, name: string): string | undefined {
  const node = field(file, parent, name);
  const value = isScalar(node) ? node.value : undefined;
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;
}

export function resolve(file: ConfigFile, node: unknown): Node | undefined {
  const found = isAlias(node) ? node.resolve(file.document) : node;
  return (found as Node | null | undefined) ?? undefined;
}

export function isBlock(list: YAMLSeq | YAMLMap): boolean {
  return list.flow !== true;
}
