import { createTwoFilesPatch } from "diff";
import type { FileChange } from "./changes.ts";

/**
 * What a plan changes, for a person: a unified diff of the configuration that Envoy reads, and a line for each file that is
 * only ours: a module, the record, what is new or goes.
 */
export function formatDiff(changes: readonly FileChange[]): string {
  return changes.map((change) => (isForReading(change) ? formatPatch(change) : formatLine(change))).join("");
}

function isForReading({ role, before, after }: FileChange): boolean {
  if (role === "extension") return before !== undefined && after !== undefined;
  return role !== "module" && role !== "record";
}

function formatLine({ path, before, after }: FileChange): string {
  const mark = before === undefined ? "+" : after === undefined ? "-" : "~";
  return `${mark} ${path} (${(after ?? before)?.byteLength ?? 0} bytes)\n`;
}

function formatPatch({ path, before, after }: FileChange): string {
  const [from, to] = [before === undefined ? "/dev/null" : path, after === undefined ? "/dev/null" : path];
  const patch = createTwoFilesPatch(from, to, before?.toString("utf8") ?? "", after?.toString("utf8") ?? "", "", "", {
    context: 3,
  });
  // The library's own heading, which no other tool writes.
  return patch.replace(/^(?:Index: .*\n)?=+\n/, "");
}
