import type { CopyResult } from "#oci";
import { count, formatDuration, formatSize } from "./terminal/format.ts";

/**
 * One line on a transfer: `sent 9 items, 17.1 KiB in 0.3 s; 2 were there already`.
 *
 * @param verb `sent` or `fetched`
 */
export function transferSummary(
  verb: string,
  { copied, mounted, skipped, copiedBytes }: Omit<CopyResult, "manifest">,
  elapsedMs: number,
): string {
  const present = skipped + mounted;
  if (copied === 0)
    return `nothing was ${verb}: ${present === 1 ? "it was" : `all ${present} items were`} there already`;
  const moved = `${verb} ${count(copied, "item")}, ${formatSize(copiedBytes)} in ${formatDuration(elapsedMs)}`;
  return present === 0 ? moved : `${moved}; ${present} ${present === 1 ? "was" : "were"} there already`;
}
