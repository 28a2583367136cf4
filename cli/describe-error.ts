import { errorCode, errorMessage, HubError } from "#core";
import { Stopped } from "./env.ts";
import { systemError } from "./system-error.ts";
import type { Style } from "./terminal/style.ts";

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
  /** Where the error and its causes were thrown, for `-v`. */
  readonly stack: readonly string[];
}

/** Turns anything that was thrown into a report. The only place where errors become words. */
export function describeError(error: unknown, signal?: AbortSignal): ErrorReport {
  const stopped: unknown = signal?.aborted ? signal.reason : error;
  const stack = stackOf(error);
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

export interface FormatErrorOptions {
  readonly style: Style;
  readonly isVerbose: boolean;
}

/** Lines of a message that are shown: an error takes one screen. */
const mostLines = 30;

/**
 * `error: `, the message's first line with the code, its other lines, what it follows from, what to do next, and how the
 * command is used. With `isVerbose` everything of the message, and the stack trace.
 */
export function formatError(report: ErrorReport, { style, isVerbose }: FormatErrorOptions): string {
  const { code, message, because, hint, detail, stack } = report;
  const [first = "", ...rest] = message.split("\n");
  // Whoever presses Ctrl-C made no mistake.
  if (code === "INTERRUPTED") return `${style("yellow", first)}\n`;
  const lines = [`${style(["red", "bold"], "error:")} ${first} ${style("dim", `[${code}]`)}`];
  const isCut = !isVerbose && rest.length > mostLines;
  lines.push(...(isCut ? rest.slice(0, mostLines) : rest));
  if (isCut) lines.push(`… ${rest.length - mostLines} lines more: -v shows them`);
  lines.push(...because.map((cause) => `  because: ${cause}`));
  if (hint) lines.push(`  ${style("bold", "hint:")} ${hint}`);
  if (typeof detail["usage"] === "string") lines.push(`  usage: ${detail["usage"]}`);
  if (isVerbose) lines.push(...stack.map((line) => style("dim", line)));
  return `${lines.join("\n")}\n`;
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
  // Where the room has said what to do, the system's own words for the same add nothing; -v has them.
  const isExplained = error instanceof HubError && error.hint !== undefined;
  for (const cause of chainOf(error).slice(1)) {
    const system = systemError(cause);
    const message = system ? system.message : firstLine(cause.message.trim());
    const isNew = message !== "" && !said.includes(message) && !said.includes(cause.message);
    if (isNew && !(system && isExplained) && !saysNothing.has(message)) messages.push(message);
    said += `\n${cause.message}\n${message}`;
  }
  return messages;
}

/** What fetch() wraps every failure in. */
const saysNothing: ReadonlySet<string> = new Set(["fetch failed"]);

/** An error and its causes, outermost first; a chain that goes in a circle ends where it began. */
function chainOf(error: unknown): readonly Error[] {
  const chain = new Set<Error>();
  for (let one = error; one instanceof Error && !chain.has(one); one = firstOf(one.cause)) chain.add(one);
  return [...chain];
}

/** Node reports a connection that was refused on every address of a host as one error with a list. */
function firstOf(cause: unknown): unknown {
  return cause instanceof AggregateError && cause.message === "" ? cause.errors[0] : cause;
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? "";
}

/** The frames of an error and of its causes. */
function stackOf(error: unknown): readonly string[] {
  return chainOf(error).flatMap((one, depth) => {
    const code = errorCode(one);
    const title = `${one.name}${code === undefined ? "" : ` [${code}]`}: ${firstLine(one.message)}`;
    const frames = (one.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
    return [`${depth === 0 ? "" : "caused by "}${title}`, ...frames];
  });
}
