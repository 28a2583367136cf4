import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describeLog } from "./log.ts";

const execute = promisify(execFile);

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
 */
export async function validateConfig(options: ValidateConfigOptions): Promise<Validation> {
  const words = ["--mode", "validate", "--log-level", "warning", "--config-path", options.configPath];
  try {
    await execute(options.path, words, {
      maxBuffer: 16 * 1024 * 1024,
      timeout: 60_000,
      ...(options.workingDirectory === undefined ? {} : { cwd: options.workingDirectory }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    return { ok: true };
  } catch (error) {
    options.signal?.throwIfAborted();
    const { code, stderr, stdout } = error as { code?: unknown; stderr?: string; stdout?: string };
    if (typeof code !== "number") throw error;
    const log = `${stderr ?? ""}${stdout ?? ""}`;
    return { ok: false, words: describeLog(log), log };
  }
}
