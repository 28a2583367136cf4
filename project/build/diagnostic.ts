/** One message of the compiler. Lines and columns count from 1. */
export interface Diagnostic {
  readonly severity: "error" | "warning" | "info";
  /** The compiler's own code: `TS2322`, `AS100`. */
  readonly code: string;
  readonly message: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** The source line. */
  readonly excerpt: string | undefined;
  /** Characters of the excerpt that are meant, from `column` on. */
  readonly length: number;
}

/** What `asc` hands to `reportDiagnostic`. Offsets are in UTF-16 code units. */
export interface RawDiagnostic {
  readonly message: string;
  readonly code: number;
  /** 0 pedantic, 1 info, 2 warning, 3 error. */
  readonly category: number;
  readonly range: {
    readonly start: number;
    readonly end: number;
    readonly source: { readonly normalizedPath: string } | null;
  } | null;
}

const severities = ["info", "info", "warning", "error"] as const;

/** Finds line and excerpt of a diagnostic. @param texts sources by the name that the compiler gives them */
export function locate(raw: RawDiagnostic, texts: ReadonlyMap<string, string>): Diagnostic {
  const { message, code, range } = raw;
  const severity = severities[raw.category] ?? "error";
  const common = { severity, code: `${code < 1000 ? "AS" : "TS"}${code}`, message };
  const file = range?.source?.normalizedPath;
  const text = file === undefined ? undefined : texts.get(file);
  if (!range || file === undefined || text === undefined) {
    return { ...common, file, line: undefined, column: undefined, excerpt: undefined, length: 0 };
  }
  const before = text.slice(0, range.start);
  const lineStart = before.lastIndexOf("\n") + 1;
  const lineEnd = text.indexOf("\n", range.start);
  const excerpt = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replace(/\r$/, "");
  const column = range.start - lineStart + 1;
  const length = Math.max(1, Math.min(range.end - range.start, excerpt.length - column + 1));
  return { ...common, file, line: before.split("\n").length, column, excerpt, length };
}

/**
 * A diagnostic as compilers print it: where and what, the source line, and a mark below what is meant.
 *
 * @param paint colours the severity; by default nothing is coloured
 */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  paint: (severity: Diagnostic["severity"], text: string) => string = (_, text) => text,
): string {
  const { severity, code, message, file, line, column, excerpt, length } = diagnostic;
  const where = file === undefined ? "" : line === undefined ? `${file}: ` : `${file}:${line}:${column}: `;
  const headline = `${where}${paint(severity, severity)}: ${message} [${code}]`;
  if (excerpt === undefined || line === undefined || column === undefined) return headline;
  const gutter = String(line);
  // Tabs stay, so that the mark stands where the terminal puts what it marks.
  const indent = excerpt.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
  return [
    headline,
    ` ${gutter} | ${excerpt}`,
    ` ${" ".repeat(gutter.length)} | ${indent}${paint(severity, "^".repeat(length))}`,
  ].join("\n");
}
