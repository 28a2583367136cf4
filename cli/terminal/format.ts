import { stripVTControlCharacters } from "node:util";

/** `512 B`, `4.2 KiB`, `1.0 MiB`: three or four characters and a binary unit. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Columns padded to their widest cell, two blanks between; the last is not padded. Cells may have colours.
 *
 * @param columns characters in a line: the last cell is cut to fit. Absent: nothing is cut, as programs that read it want
 */
export function formatTable(rows: readonly (readonly string[])[], columns = Infinity): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ""))));
  const lastAt = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === row.length - 1
          ? cut(cell, columns - 1 - lastAt)
          : cell + " ".repeat((widths[column] ?? 0) - widthOf(cell)),
      )
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

/** Where hardly anything is left of a cell, cutting helps nobody: the terminal wraps it. */
const shortestCut = 8;

function cut(cell: string, width: number): string {
  return widthOf(cell) <= width || width < shortestCut ? cell : `${cell.slice(0, width - 1)}…`;
}

/** Characters, without colours. */
function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Breaks a paragraph at blanks; the lines after the first begin with `indent` blanks. */
export function wrap(text: string, width: number, indent = 0): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const room = width - (lines.length > 0 ? indent : 0);
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

/** `1 layer`, `2 layers`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}
