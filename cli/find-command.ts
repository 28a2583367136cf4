import { type CommandGroup, type CommandLeaf, type CommandNode, type CommandTree, isGroup } from "./command.ts";
import { usageError } from "./errors.ts";
import { globalFlags } from "./flags.ts";
import { nearest } from "./suggest.ts";

export interface Found {
  /** The command's words, without `wasm`; empty for the root. */
  readonly path: readonly string[];
  readonly node: CommandGroup | CommandLeaf;
  /** What follows, and the global flags that stood before. */
  readonly rest: readonly string[];
}

/**
 * Finds the command that the first words name. Global flags may stand before and between them.
 *
 * @throws {CliError} USAGE with the nearest name as hint
 */
export function findCommand(words: readonly string[], tree: CommandTree): Found {
  let node: CommandGroup | CommandLeaf = { summary: "", commands: tree };
  const path: string[] = [];
  const before: string[] = [];
  for (const [index, word] of words.entries()) {
    if (!isGroup(node)) return { path, node, rest: [...before, ...words.slice(index)] };
    if (word.startsWith("-")) {
      if (!isGlobalFlag(word)) return { path, node, rest: [...before, ...words.slice(index)] };
      before.push(word);
      continue;
    }
    const next: CommandNode | undefined = Object.hasOwn(node.commands, word) ? node.commands[word] : undefined;
    if (!next) throw unknownCommand(word, path, node.commands);
    node = next;
    path.push(word);
  }
  return { path, node, rest: before };
}

/** Names of the commands of a tree that are shown. */
export function shownCommands(tree: CommandTree): readonly string[] {
  return Object.entries(tree).flatMap(([name, node]) => ("hidden" in node && node.hidden ? [] : [name]));
}

function isGlobalFlag(word: string): boolean {
  return Object.entries(globalFlags).some(([name, { short }]) => word === `--${name}` || word === `-${short}`);
}

function unknownCommand(word: string, path: readonly string[], tree: CommandTree): Error {
  const names = shownCommands(tree);
  const near = nearest(word, names);
  const typed = ["wasm", ...path].join(" ");
  return usageError(`unknown command ${JSON.stringify([...path, word].join(" "))}`, {
    hint: near ? `did you mean ${typed} ${near}?` : `${typed} --help lists the commands`,
  });
}
