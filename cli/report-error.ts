import { describeError, type ErrorReport, formatError } from "./describe-error.ts";
import type { Env } from "./env.ts";
import { styleFor } from "./terminal/style.ts";

/**
 * Tells on stderr what went wrong: in words, or with `--json` as one line `{"error": {"code", "message", "hint"?,
 * "because"?, "detail"}}`. Stdout is left to results, so that it holds a whole one or nothing.
 *
 * @param words what follows `wasm`; they themselves are asked for flags, since they may be what is wrong
 * @returns the exit status
 */
export function reportError(error: unknown, words: readonly string[], env: Pick<Env, "stderr" | "signal">): number {
  const report = describeError(error, env.signal);
  const end = words.indexOf("--");
  const flags = end < 0 ? words : words.slice(0, end);
  if (flags.includes("--json")) env.stderr.write(`${JSON.stringify({ error: toJson(report) })}\n`);
  else {
    const isVerbose = flags.some((word) => word === "-v" || word === "--verbose");
    env.stderr.write(formatError(report, { style: styleFor(env.stderr), isVerbose }));
  }
  return report.status;
}

function toJson({ code, message, hint, because, detail }: ErrorReport): unknown {
  return { code, message, hint, ...(because.length > 0 ? { because } : {}), detail };
}
