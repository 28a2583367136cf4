import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What is installed with `npm ci`: a small script that loads the bundle in `dist/`. */
export const wasm: readonly string[] = [process.execPath, fileURLToPath(new URL("../cli/wasm.js", import.meta.url))];

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a command to its end.
 *
 * @returns milliseconds from its start to its end
 * @throws with what it said, when it fails
 */
export function run([program = "", ...words]: readonly string[], { cwd, env }: RunOptions = {}): number {
  const startedMs = performance.now();
  const { status, stderr, error } = spawnSync(program, words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const tookMs = performance.now() - startedMs;
  if (error) throw error;
  if (status !== 0) throw new Error(`${[program, ...words].join(" ")} exited with ${status}\n${stderr.toString()}`);
  return tookMs;
}
