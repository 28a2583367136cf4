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

/** What other tools call it. */
const otherNames: Readonly<Record<string, string>> = {
  create: "init",
  new: "init",
  ls: "list",
  images: "list",
  upload: "push",
  download: "pull",
  fetch: "pull",
  show: "inspect",
  remove: "undeploy envoy",
  ps: "status",
  version: "--version",
};

function unknownCommand(word: string, path: readonly string[], tree: CommandTree): Error {
  const typed = ["wasm", ...path].join(" ");
  const meant = guess(word, path.length === 0, tree).map((name) => `${typed} ${name}`);
  return usageError(`unknown command ${JSON.stringify([...path, word].join(" "))}`, {
    hint: meant.length > 0 ? `did you mean ${meant.join(" or ")}?` : `${typed} --help lists the commands`,
  });
}

/** The nearest name; else the command that other tools call so; else those whose last word it is: `serve`. */
function guess(word: string, isRoot: boolean, tree: CommandTree): readonly string[] {
  const near = nearest(word, shownCommands(tree));
  if (near !== undefined) return [near];
  const other = isRoot && Object.hasOwn(otherNames, word) ? otherNames[word] : undefined;
  if (other !== undefined) return [other];
  return Object.entries(tree).flatMap(([name, node]) =>
    isGroup(node) && Object.hasOwn(node.commands, word) ? [`${name} ${word}`] : [],
  );
}
