import { type Argument, type Command, type CommandTree, type Flag, type Flags, isGroup } from "../command.ts";
import { globalFlags } from "../flags.ts";
import { rootFlags } from "../help.ts";
import type { CompletionSource } from "./completion-source.ts";

/** One word that the shell may offer. */
export interface Candidate {
  readonly value: string;
  /** What it does; shells that can show it. */
  readonly description?: string;
}

export interface Completions {
  readonly candidates: readonly Candidate[];
  /** What of its own the shell offers too: it knows best how paths are completed and quoted. */
  readonly paths?: "files" | "folders";
}

const nothing: Completions = { candidates: [] };

/**
 * What can stand at the end of an unfinished command line.
 *
 * @param words what follows `wasm`; the last is the word that is being typed, and may be empty
 */
export async function complete(
  words: readonly string[],
  tree: CommandTree,
  source: CompletionSource,
): Promise<Completions> {
  const current = words.at(-1) ?? "";
  const { commands, command, rest } = await find(words.slice(0, -1), tree);
  if (commands)
    return startingWith(current, current.startsWith("-") ? flagsOf(commandless(tree, commands)) : names(commands));
  if (!command) return nothing;
  const { unused, pending, positionals, onlyArguments } = readWords(command, rest);
  if (pending) return startingWith(current, await values(pending, positionals, source));
  if (!onlyArguments && current.startsWith("-"))
    return completeFlag(current, { ...command.flags, ...globalFlags }, unused, source);
  const argument = Object.values(command.arguments)[positionals.length];
  return argument ? startingWith(current, await values(argument, positionals, source)) : nothing;
}

interface Place {
  /** The commands of the group that was named. */
  readonly commands?: CommandTree;
  /** The command that was named; neither is there when a word names nothing. */
  readonly command?: Command;
  readonly rest: readonly string[];
}

async function find(words: readonly string[], tree: CommandTree): Promise<Place> {
  let commands = tree;
  for (const [index, word] of words.entries()) {
    if (word.startsWith("-")) continue;
    const node = Object.hasOwn(commands, word) ? commands[word] : undefined;
    if (!node) return { rest: [] };
    // Only the command that is being typed is loaded: each brings its room along.
    if (!isGroup(node)) return { command: await node.load(), rest: words.slice(index + 1) };
    commands = node.commands;
  }
  return { commands, rest: [] };
}

interface ReadWords {
  readonly unused: Flags;
  /** A flag whose value comes next. */
  readonly pending: Flag | undefined;
  readonly positionals: readonly string[];
  /** After `--`. */
  readonly onlyArguments: boolean;
}

function readWords(command: Command, words: readonly string[]): ReadWords {
  const flags: Flags = { ...command.flags, ...globalFlags };
  const used = new Set<string>();
  const positionals: string[] = [];
  let pending: Flag | undefined;
  let onlyArguments = false;
  for (const word of words) {
    if (pending) pending = undefined;
    else if (onlyArguments || !word.startsWith("-") || word === "-") positionals.push(word);
    else if (word === "--") onlyArguments = true;
    else {
      const [name, flag] = Object.entries(flags).find(([long, { short }]) => isNamed(word, long, short)) ?? [];
      if (name === undefined || !flag) continue;
      const mayRepeat = flag.type === "string" && flag.multiple;
      if (!mayRepeat) used.add(name);
      if (flag.type === "string" && !word.includes("=")) pending = flag;
    }
  }
  const unused = Object.fromEntries(Object.entries(flags).filter(([name, { hidden }]) => !used.has(name) && !hidden));
  return { unused, pending, positionals, onlyArguments };
}

function isNamed(word: string, long: string, short: string | undefined): boolean {
  return word === `--${long}` || word.startsWith(`--${long}=`) || (short !== undefined && word === `-${short}`);
}

/** `--fo` becomes `--format`; `--format=o` becomes `--format=oci`. */
async function completeFlag(
  current: string,
  flags: Flags,
  unused: Flags,
  source: CompletionSource,
): Promise<Completions> {
  const equals = current.indexOf("=");
  if (equals < 0) return startingWith(current, flagsOf(unused));
  const name = current.slice("--".length, equals);
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag?.type !== "string") return nothing;
  const { candidates, ...rest } = await values(flag, [], source);
  const before = current.slice(0, equals + 1);
  return startingWith(current, {
    ...rest,
    candidates: candidates.map((candidate) => ({ ...candidate, value: before + candidate.value })),
  });
}

async function values(
  wanted: Flag | Argument,
  positionals: readonly string[],
  source: CompletionSource,
): Promise<Completions> {
  if ("type" in wanted && wanted.type === "boolean") return nothing;
  if (wanted.choices) return { candidates: wanted.choices.map((value) => ({ value })) };
  switch (wanted.complete) {
    case "file":
      return { candidates: [], paths: "files" };
    case "folder":
      return { candidates: [], paths: "folders" };
    case "reference":
      return { candidates: await source.references() };
    case "registry":
      return { candidates: await source.registries() };
    case "command":
      return names(groupAt(source.commands, positionals));
    case undefined:
      return nothing;
    default:
      return wanted.complete satisfies never;
  }
}

/** The commands that can follow the words of `wasm help`. */
function groupAt(tree: CommandTree, words: readonly string[]): CommandTree {
  let commands = tree;
  for (const word of words) {
    const node = Object.hasOwn(commands, word) ? commands[word] : undefined;
    if (!node || !isGroup(node)) return {};
    commands = node.commands;
  }
  return commands;
}

function commandless(tree: CommandTree, commands: CommandTree): Flags {
  return commands === tree ? rootFlags : globalFlags;
}

function names(tree: CommandTree): Completions {
  return {
    candidates: Object.entries(tree).flatMap(([value, node]) =>
      "hidden" in node && node.hidden ? [] : [{ value, description: node.summary }],
    ),
  };
}

function flagsOf(flags: Flags): Completions {
  return {
    candidates: Object.entries(flags).map(([name, { description }]) => ({ value: `--${name}`, description })),
  };
}

function startingWith(current: string, { candidates, ...rest }: Completions): Completions {
  return { ...rest, candidates: candidates.filter(({ value }) => value.startsWith(current)) };
}
