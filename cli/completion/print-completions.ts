import type { CommandTree } from "../command.ts";
import type { Env } from "../env.ts";
import { complete } from "./complete.ts";
import { machineSource } from "./completion-source.ts";

/**
 * Answers the scripts `wasm.bash`, `wasm.zsh` and `wasm.fish`: a line for each word, `word<TAB>description`; a line `:files` or
 * `:folders` asks the shell for its own.
 */
export async function printCompletions(words: readonly string[], env: Env, tree: CommandTree): Promise<void> {
  const { candidates, paths } = await complete(words, tree, machineSource(env, tree));
  const lines = candidates.map(({ value, description }) => (description ? `${value}\t${description}` : value));
  if (paths) lines.push(`:${paths}`);
  env.stdout.write(lines.map((line) => `${line}\n`).join(""));
}
