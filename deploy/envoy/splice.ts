import type { Node, YAMLSeq } from "yaml";
import { type ConfigFile, isBlock } from "./config-file.ts";
import { DeployError } from "./errors.ts";

/** Text that is put into a file, and where. Nothing else of the file changes. */
export interface Insertion {
  /** In characters of the text before any insertion. */
  readonly offset: number;
  readonly text: string;
}

/** What is inserted as an item of a list: as lines of YAML, for block style, and as JSON, for flow style. */
export interface ListItem {
  /** Without indentation; the first line begins with `- `. */
  readonly lines: readonly string[];
  readonly json: string;
}

/**
 * Puts an item into a list before one of its items, in the list's own style.
 *
 * @throws {DeployError} BOOTSTRAP_UNSUPPORTED when the item does not begin a line of its own
 */
export function insertBefore(file: ConfigFile, list: YAMLSeq, index: number, item: ListItem): Insertion {
  const node = list.items[index] as Node | undefined;
  const start = node?.range?.[0];
  if (start === undefined) throw unsupported(file, list, "a list has no position");
  if (!isBlock(list)) return { offset: start, text: `${item.json}, ` };
  const dash = file.text.lastIndexOf("-", start - 1);
  const lineStart = file.text.lastIndexOf("\n", dash) + 1;
  const indent = file.text.slice(lineStart, dash);
  if (dash < 0 || indent.trim() !== "" || file.text.slice(dash + 1, start).includes("\n- ")) {
    throw unsupported(file, list, "a list item does not begin on a line of its own");
  }
  return { offset: lineStart, text: block(item, indent, eolAt(file.text, lineStart)) };
}

/** Puts an item at the end of a list. */
export function append(file: ConfigFile, list: YAMLSeq, item: ListItem): Insertion {
  const last = list.items.at(-1) as Node | undefined;
  const [start, end] = last?.range ?? [];
  if (start === undefined || end === undefined)
    throw unsupported(file, list, "an empty list has no place for another item");
  if (!isBlock(list)) return { offset: end, text: `, ${item.json}` };
  const dash = file.text.lastIndexOf("-", start - 1);
  const lineStart = file.text.lastIndexOf("\n", dash) + 1;
  const indent = file.text.slice(lineStart, dash);
  if (indent.trim() !== "") throw unsupported(file, list, "a list item does not begin on a line of its own");
  const eol = eolAt(file.text, lineStart);
  const lineEnd = file.text.indexOf("\n", end - 1);
  // The value of a block item may or may not take its line's end in.
  const offset = file.text[end - 1] === "\n" ? end : lineEnd < 0 ? file.text.length : lineEnd + 1;
  const needsEol = offset > 0 && file.text[offset - 1] !== "\n";
  return { offset, text: `${needsEol ? eol : ""}${block(item, indent, eol)}` };
}

/** Applies insertions to a text. */
export function insertAll(text: string, insertions: readonly Insertion[]): string {
  let result = text;
  for (const { offset, text: inserted } of insertions.toSorted((a, b) => b.offset - a.offset)) {
    result = result.slice(0, offset) + inserted + result.slice(offset);
  }
  return result;
}

/**
 * Takes insertions out again, wherever they are now.
 *
 * @returns undefined when one is not there as it was put in
 */
export function removeAll(text: string, inserted: readonly string[]): string | undefined {
  let result = text;
  for (const piece of [...inserted].toSorted((a, b) => b.length - a.length)) {
    const at = result.indexOf(piece);
    if (at < 0) return undefined;
    result = result.slice(0, at) + result.slice(at + piece.length);
  }
  return result;
}

function block({ lines }: ListItem, indent: string, eol: string): string {
  return lines.map((line) => `${indent}${line}${eol}`).join("");
}

function eolAt(text: string, lineStart: number): string {
  const end = text.indexOf("\n", lineStart);
  return end > 0 && text[end - 1] === "\r" ? "\r\n" : "\n";
}

function unsupported(file: ConfigFile, list: YAMLSeq, why: string): DeployError {
  const { line, col } = file.lines.linePos(list.range?.[0] ?? 0);
  return new DeployError("BOOTSTRAP_UNSUPPORTED", `${file.path}:${line}:${col}: ${why}`, {
    hint: "write each list item on a line of its own",
    detail: { path: file.path, line, column: col },
  });
}
