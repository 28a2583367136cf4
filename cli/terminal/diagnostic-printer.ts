import { type Diagnostic, formatDiagnostic } from "#project/build";
import type { Context } from "../context.ts";

/** A screen has room for these, with what is said after them. */
const mostShown = 8;

const severityStyles = { error: ["red", "bold"], warning: "yellow", info: "cyan" } as const;

/** Prints a compiler's messages as they come: the first screenful of them, and all with `--verbose`. */
export class DiagnosticPrinter {
  readonly #context: Context;
  #count = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  print(diagnostic: Diagnostic): void {
    const { note, noteStyle, isVerbose } = this.#context;
    if (++this.#count > mostShown && !isVerbose) return;
    note(`${formatDiagnostic(diagnostic, (severity, text) => noteStyle(severityStyles[severity], text))}\n`);
  }

  /** Says how many were not shown. */
  end(): void {
    const { note, isVerbose } = this.#context;
    const left = this.#count - mostShown;
    if (left > 0 && !isVerbose) note(`… ${left} messages more: -v shows them\n`);
  }
}
