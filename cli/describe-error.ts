import { errorCode, errorMessage, HubError } from "#core";
import { Stopped } from "./env.ts";

/** The exit statuses of `wasm`. */
export const exitStatus = { failed: 1, usage: 2, unauthorized: 4, interrupted: 130, terminated: 143 } as const;

/** An error in words for people, and in facts for `--json`. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly status: number;
  /** What the error's causes add, outermost first. */
  readonly because: readonly string[];
  readonly stack: string | undefined;
}

/** Turns anything that was thrown into a report. The only place where errors become words. */
export function describeError(error: unknown, signal?: AbortSignal): ErrorReport {
  const stopped: unknown = signal?.aborted ? signal.reason : error;
  const stack = error instanceof Error ? error.stack : undefined;
  if (stopped instanceof Stopped) {
    const isInterrupt = stopped.signalName === "SIGINT";
    return {
      code: "INTERRUPTED",
      message: isInterrupt ? "interrupted" : stopped.message,
      hint: undefined,
      detail: { signal: stopped.signalName },
      status: isInterrupt ? exitStatus.interrupted : exitStatus.terminated,
      because: [],
      stack,
    };
  }
  const expected = error instanceof HubError ? error : systemError(error);
  if (!expected) return { ...fault(error), stack };
  const { code, message, hint, detail } = expected;
  return { code, message, hint, detail, status: statusOf(code), because: causes(expected), stack };
}

/** `message`, what it follows from, and what to do next; with `isVerbose` the stack trace too. */
export function formatError(report: ErrorReport, isVerbose: boolean): { headline: string; lines: readonly string[] } {
  const lines = report.because.map((cause) => `because: ${cause}`);
  if (report.hint) lines.push(`hint: ${report.hint}`);
  if (isVerbose && report.stack) lines.push(report.stack);
  return { headline: `${report.message} [${report.code}]`, lines };
}

const statuses: Readonly<Record<string, number>> = {
  USAGE: exitStatus.usage,
  REFERENCE_MALFORMED: exitStatus.usage,
  DIGEST_MALFORMED: exitStatus.usage,
  UNAUTHORIZED: exitStatus.unauthorized,
  DENIED: exitStatus.unauthorized,
  INTERRUPTED: exitStatus.interrupted,
};

function statusOf(code: string): number {
  return statuses[code] ?? exitStatus.failed;
}

/** System errors that a person can meet by the state of their machine, and what helps. */
const systemHints: Readonly<Record<string, [what: string, hint: string]>> = {
  ENOENT: ["no such file or folder", "check the path"],
  EACCES: ["permission denied", "check who owns it and its permissions"],
  EPERM: ["operation not permitted", "check who owns it and its permissions"],
  EROFS: ["the file system is read-only", "choose another folder"],
  ENOSPC: ["no space left on the disk", "free some space, or move the folder with XDG_DATA_HOME or XDG_CACHE_HOME"],
  EDQUOT: ["the disk quota is used up", "free some space, or move the folder with XDG_DATA_HOME or XDG_CACHE_HOME"],
  EIO: ["the disk could not be read or written", "look into the system's log"],
  EISDIR: ["is a folder, not a file", "name a file"],
  ENOTDIR: ["a part of the path is a file, not a folder", "check the path"],
  EEXIST: ["exists already", "choose another name, or remove it"],
  ENOTEMPTY: ["the folder is not empty", "choose another folder"],
  EMFILE: ["too many open files", "raise the limit with ulimit -n"],
  EADDRINUSE: ["the port is in use", "choose another port; 0 takes a free one"],
  EADDRNOTAVAIL: ["the address is not one of this machine", "listen on 127.0.0.1, or on 0.0.0.0 for all"],
};

function systemError(error: unknown): HubError | undefined {
  const code = errorCode(error);
  const known = code !== undefined && Object.hasOwn(systemHints, code) ? systemHints[code] : undefined;
  if (code === undefined || !known) return undefined;
  const { path, dest, address, port } = error as { path?: string; dest?: string; address?: string; port?: number };
  const where = path ?? dest ?? (address === undefined ? undefined : `${address}:${port}`);
  const message = where === undefined ? known[0] : `${where}: ${known[0]}`;
  return new HubError(code, message, { hint: known[1], detail: where === undefined ? {} : { path: where } });
}

function fault(error: unknown): Omit<ErrorReport, "stack"> {
  return {
    code: "INTERNAL",
    message: `a fault in this program: ${errorMessage(error)}`,
    hint: "please report it, with what -v prints and what you did: it is not your mistake",
    detail: {},
    status: exitStatus.failed,
    because: error instanceof Error ? causes(error) : [],
  };
}

/** Messages of the causes that say something new. */
function causes(error: Error): readonly string[] {
  const messages: string[] = [];
  let said = error.message;
  for (let cause = firstOf(error.cause); cause instanceof Error; cause = firstOf(cause.cause)) {
    const message = cause.message.trim();
    if (message !== "" && !said.includes(message)) messages.push(firstLine(message));
    said += `\n${message}`;
  }
  return messages;
}

/** Node reports a connection that was refused on every address of a host as one error with a list. */
function firstOf(cause: unknown): unknown {
  return cause instanceof AggregateError && cause.message === "" ? cause.errors[0] : cause;
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? "";
}
