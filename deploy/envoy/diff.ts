import { createTwoFilesPatch } from "diff";
import type { FileChange } from "./changes.ts";

/** A unified diff of a plan's changes; of files that are not text, what happens to them. */
export function formatDiff(changes: readonly FileChange[]): string {
  return changes.map((change) => formatChange(change)).join("");
}

function formatChange({ path, before, after, isText }: FileChange): string {
  if (!isText) {
    if (after === undefined) return `- ${path} (${before?.byteLength ?? 0} bytes)\n`;
    return `+ ${path} (${after.byteLength} bytes)\n`;
  }
  const [from, to] = [before === undefined ? "/dev/null" : path, after === undefined ? "/dev/null" : path];
  const patch = createTwoFilesPatch(from, to, before?.toString("utf8") ?? "", after?.toString("utf8") ?? "", "", "", {
    context: 3,
  });
  // The library's own heading, which no other tool writes.
  return patch.replace(/^(?:Index: .*\n)?=+\n/, "");
}
