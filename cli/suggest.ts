/** The word of `words` that `typed` most likely stands for, if one is near enough. */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  const starts = words.filter((word) => typed.length > 1 && word.startsWith(typed));
  if (starts.length === 1) return starts[0];
  const scored = words.map((word) => ({ word, edits: editDistance(typed.toLowerCase(), word) }));
  const best = scored.toSorted((a, b) => a.edits - b.edits)[0];
  return best && best.edits <= mostEdits(best.word) ? best.word : undefined;
}

/** Of a very short word one edit makes any other. */
function mostEdits({ length }: string): number {
  return length < 3 ? 0 : Math.max(1, Math.floor(length / 3));
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let edits = Math.min(replaced, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        edits = Math.min(edits, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(edits);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length] ?? 0;
}
