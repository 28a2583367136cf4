import type { EnvoyYaml } from "#envoy/schema";
import type { CST, YAMLSeq } from "yaml";
import { DeployError } from "./errors.ts";
import { flowText, listItem, type Plain } from "./yaml-text.ts";

/** Text that is put into a file, whose every other byte stays. */
export interface Insertion {
  /** In UTF-16 units of the text as it was. */
  readonly offset: number;
  readonly text: string;
}

/**
 * A new item before an item of a list, in the list's own style: lines of their own in a block, else between the brackets.
 *
 * @param note a comment on the item's first line; left out where no line is ours alone
 * @throws {DeployError} BOOTSTRAP_UNSUPPORTED
 */
export function itemBefore(yaml: EnvoyYaml, seq: YAMLSeq, index: number, item: Plain, note?: string): Insertion {
  const source = seq.srcToken;
  if (source?.type === "block-seq") return blockItemBefore(yaml, source, index, item, note);
  if (source?.type === "flow-collection") return flowItemBefore(yaml, source, index, item);
  throw unplaceable(yaml, seq.range?.[0] ?? 0);
}

export function insertAll(text: string, insertions: readonly Insertion[]): string {
  const inOrder = insertions.toSorted((a, b) => b.offset - a.offset);
  return inOrder.reduce((result, { offset, text }) => result.slice(0, offset) + text + result.slice(offset), text);
}

/** How often each insertion's text is in a file, and the file without them. */
export function removeAll(text: string, inserted: readonly string[]): { text: string; missing: readonly string[] } {
  const missing: string[] = [];
  let result = text;
  // The longest first: none is taken out of the midst of another.
  for (const part of inserted.toSorted((a, b) => b.length - a.length)) {
    const offset = result.indexOf(part);
    if (offset === -1) missing.push(part);
    else result = result.slice(0, offset) + result.slice(offset + part.length);
  }
  return { text: result, missing };
}

/** `lines`, indented as the line at `offset`, in front of that line. */
export function linesBefore(yaml: EnvoyYaml, offset: number, lines: readonly string[]): Insertion {
  const start = lineStart(yaml.text, offset);
  const margin = yaml.text.slice(start, offset).replace("\uFEFF", "");
  if (/[^ ]/.test(margin)) throw unplaceable(yaml, offset);
  const end = lineEnd(yaml.text);
  const first = yaml.text.startsWith("\uFEFF") && start === 0 ? 1 : start;
  return { offset: first, text: lines.map((line) => `${margin}${line}${end}`).join("") };
}

function blockItemBefore(
  yaml: EnvoyYaml,
  source: CST.BlockSequence,
  index: number,
  item: Plain,
  note: string | undefined,
): Insertion {
  const dash = source.items[index]?.start.find(({ type }) => type === "seq-item-ind");
  if (!dash) throw unplaceable(yaml, source.offset);
  const [first = "", ...others] = listItem(item);
  const lines = [note === undefined ? first : `${first} # ${note}`, ...others];
  const insertion = linesBefore(yaml, dash.offset, lines);
  return index === 0 ? insertion : { ...insertion, offset: aboveComments(yaml.text, insertion.offset, dash.offset) };
}

/** Comments right above an item, at its own indentation, belong to it. */
function aboveComments(text: string, start: number, dashOffset: number): number {
  const margin = text.slice(start, dashOffset);
  let result = start;
  while (result > 0) {
    const above = lineStart(text, result - 1);
    if (!text.startsWith(`${margin}#`, above)) break;
    result = above;
  }
  return result;
}

function flowItemBefore(yaml: EnvoyYaml, source: CST.FlowCollection, index: number, item: Plain): Insertion {
  const target = source.items[index];
  const property = target?.start.find(({ type }) => type === "anchor" || type === "tag");
  const offset = property?.offset ?? (target?.key ?? target?.value)?.offset;
  if (offset === undefined) throw unplaceable(yaml, source.offset);
  const margin = yaml.text.slice(lineStart(yaml.text, offset), offset);
  const between = /^[ \t]*$/.test(margin) ? `,${lineEnd(yaml.text)}${margin}` : ", ";
  return { offset, text: `${flowText(item)}${between}` };
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** As the file's first line ends. */
function lineEnd(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? "\n";
}

function unplaceable(yaml: EnvoyYaml, offset: number): DeployError {
  const line = yaml.text.slice(0, offset).split("\n").length;
  return new DeployError(
    "BOOTSTRAP_UNSUPPORTED",
    `${yaml.file}:${line}: nothing can be inserted here without rewriting the line`,
    {
      hint: "write the list as a block, an item a line",
      detail: { path: yaml.file, line },
    },
  );
}
