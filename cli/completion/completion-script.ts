import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "#core";

export const shells = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof shells)[number];

/** The script that makes a shell ask `wasm complete -- WORDS…` what fits. */
export function completionScript(shell: Shell): Promise<string> {
  return readFile(join(packageRoot(), "cli", "completion", `wasm.${shell}`), "utf8");
}
