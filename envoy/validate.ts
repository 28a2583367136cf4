import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { errorMessage } from "#core";
import { EnvoyError } from "./errors.ts";
import { describeLog } from "./log.ts";

const execute = promisify(execFile);
const longestMs = 60_000;

export type Validation =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** What Envoy complained of, a line each; what the filters logged is among it. */
      readonly words: string;
      /** All that it wrote. */
      readonly log: string;
    };

export interface ValidateConfigOptions {
  /** The Envoy program. */
  readonly path: string;
  readonly configPath: string;
  /** The folder that relative paths in the configuration start from. */
  readonly workingDirectory?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has Envoy read a bootstrap as if it started (`--mode validate`), without listening anywhere. Filters in it are loaded and
 * configured; what they would fetch, and what file subscriptions hold, is not looked at. Takes a quarter of a second.
 * A configuration that makes Envoy crash is one that it does not take.
 *
 * @throws {EnvoyError} ENVOY_UNUSABLE when the program cannot be run, or gives no verdict within a minute
 */
export async function validateConfig(options: ValidateConfigOptions): Promise<Validation> {
  const words = ["--mode", "validate", "--log-level", "warning", "--config-path", options.configPath];
  try {
    await execute(options.path, words, {
      maxBuffer: 16 * 1024 * 1024,
      timeout: longestMs,
      killSignal: "SIGKILL",
      ...(options.workingDirectory === undefined ? {} : { cwd: options.workingDirectory }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    return { ok: true };
  } catch (error) {
    options.signal?.throwIfAborted();
    const { code, killed = false, signal, stderr = "", stdout = "" } = error as Partial<ExecuteError>;
    const hasEnded = typeof code === "number" || (typeof signal === "string" && !killed);
    if (!hasEnded)
      throw noVerdict(options.path, killed ? `no verdict after ${longestMs / 1000} seconds` : error, error);
    const log = `${stderr}${stdout}`;
    return { ok: false, words: describeLog(log), log };
  }
}

interface ExecuteError {
  /** The exit status, or why the program could not be run. */
  readonly code: number | string | null;
  /** By us. */
  readonly killed: boolean;
  readonly signal: string | null;
  readonly stderr: string;
  readonly stdout: string;
}

function noVerdict(path: string, why: unknown, cause: unknown): EnvoyError {
  return new EnvoyError("ENVOY_UNUSABLE", `${path} cannot validate a configuration: ${errorMessage(why)}`, {
    cause,
    hint: "name another Envoy with --envoy FILE or ENVOY",
    detail: { path },
  });
}
