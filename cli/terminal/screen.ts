import { stripVTControlCharacters } from "node:util";
import type { Output } from "../env.ts";

/**
 * The terminal, with lines that scroll and, below them, a block that is redrawn in place. Whatever is printed goes
 * above the block, also what goes to stdout when both are the same terminal.
 */
export class Screen {
  readonly #stdout: Output;
  readonly #stderr: Output;
  #block: readonly string[] = [];

  constructor(stdout: Output, stderr: Output) {
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  out(text: string): void {
    this.#above(this.#stdout, text);
  }

  err(text: string): void {
    this.#above(this.#stderr, text);
  }

  /** Characters in a line of the block. */
  columns(): number {
    return this.#stderr.columns();
  }

  /** Replaces the block; an empty one removes it. */
  draw(lines: readonly string[]): void {
    const columns = this.columns();
    const block = lines.map((line) => truncate(line, columns));
    const text = this.#erased() + block.map((line) => `${line}\n`).join("");
    if (text !== "") this.#stderr.write(text);
    this.#block = block;
  }

  #above(output: Output, text: string): void {
    if (this.#block.length === 0) return output.write(text);
    this.#stderr.write(this.#erased());
    output.write(text);
    this.#stderr.write(this.#block.map((line) => `${line}\n`).join(""));
  }

  /** Moves to the block's first line and clears from there. A window made narrower has wrapped the lines meanwhile. */
  #erased(): string {
    if (this.#block.length === 0) return "";
    const columns = this.#stderr.columns();
    const rows = this.#block.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    return `\u001b[${rows}A\r\u001b[J`;
  }
}

/** Characters, without colours. Progress lines hold no wide ones. */
function widthOf(line: string): number {
  return stripVTControlCharacters(line).length;
}

function truncate(line: string, columns: number): string {
  if (widthOf(line) < columns) return line;
  return `${stripVTControlCharacters(line).slice(0, Math.max(0, columns - 2))}…`;
}
