/** Codes of one room: the code, and one line on when it happens. The reference page is made from these tables. */
export type ErrorTable = Readonly<Record<string, string>>;

export interface HubErrorOptions {
  /** What the person can do next: one sentence, or a command to type. */
  readonly hint?: string | undefined;
  /** Facts for `--json` (never secrets): paths, digests, status codes, lines. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/**
 * Base of every error that a person is expected to meet. Each room derives one class from it,
 * whose `Code` is the key type of that room's {@link ErrorTable}.
 *
 * The message says what happened and where, without a period at the end. Anything that is not
 * a `HubError` is a fault in this program.
 */
export class HubError<Code extends string = string> extends Error {
  /** Stable: scripts may compare it. Upper case with underscores. */
  readonly code: Code;
  readonly hint: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, options: HubErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
    this.detail = options.detail ?? {};
  }
}

/** The `code` of a Node.js system error (`ENOENT`, `EADDRINUSE` …), or of a {@link HubError}. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** The message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
