import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Complete, RootCommand } from "@bomb.sh/tab";
import { formatReference } from "#oci";
import { OciLayout } from "#oci/layout";
import { type Argument, type Command, type CommandTree, type Flag, isGroup } from "./command.ts";
import type { Env } from "./env.ts";
import { shownCommands } from "./find-command.ts";
import { globalFlags } from "./flags.ts";
import { findFolders } from "./folders.ts";
import { dockerCredentials } from "./registries.ts";

interface Suggestions {
  readonly cwd: string;
  readonly references: readonly string[];
  readonly registries: readonly string[];
  readonly commands: readonly string[];
  /** What has been typed of the word that is completed. */
  readonly typed: string;
}

/** Prints what can stand at the end of an unfinished command line, in the protocol of the scripts. */
export async function complete(words: readonly string[], env: Env, tree: CommandTree): Promise<void> {
  const root = new RootCommand();
  const suggestions = await gather(env, tree, words.at(-1) ?? "");
  const add = async (path: readonly string[], commands: CommandTree): Promise<void> => {
    for (const name of shownCommands(commands)) {
      const node = commands[name];
      if (!node) continue;
      const own = [...path, name];
      const target = root.command(own.join(" "), node.summary);
      if (isGroup(node)) await add(own, node.commands);
      // Only the command that is being typed is loaded: each brings its room along.
      else if (own.every((word, index) => word === words[index])) declare(target, await node.load(), suggestions);
    }
  };
  await add([], tree);
  root.parse([...words]);
}

function declare(
  target: InstanceType<typeof RootCommand> | ReturnType<RootCommand["command"]>,
  command: Command,
  suggestions: Suggestions,
): void {
  for (const [name, flag] of Object.entries<Flag>({ ...command.flags, ...globalFlags })) {
    if (flag.hidden) continue;
    if (flag.type === "string")
      target.option(name, flag.description, (offer) => suggest(flag, suggestions, offer), flag.short);
    else if (flag.short === undefined) target.option(name, flag.description);
    else target.option(name, flag.description, flag.short);
  }
  for (const [name, argument] of Object.entries(command.arguments)) {
    target.argument(name, (offer) => suggest(argument, suggestions, offer));
  }
}

function suggest(
  { choices, complete: kind }: Pick<Argument, "choices" | "complete">,
  suggestions: Suggestions,
  offer: Complete,
): void {
  const values = choices ?? (kind === undefined ? [] : byKind(kind, suggestions));
  for (const value of values) offer(value, "");
}

function byKind(kind: NonNullable<Argument["complete"]>, suggestions: Suggestions): readonly string[] {
  if (kind === "reference") return suggestions.references;
  if (kind === "registry") return suggestions.registries;
  if (kind === "command") return suggestions.commands;
  return listFiles(suggestions, kind === "folder");
}

/** Files next to what has been typed; folders end in a slash, so that typing can go on. */
function listFiles({ cwd, typed }: Suggestions, onlyFolders: boolean): readonly string[] {
  const begun = typed.slice(typed.indexOf("=") + 1);
  const parent = begun.endsWith("/")
    ? begun
    : dirname(begun) === "." && !begun.startsWith("./")
      ? ""
      : `${dirname(begun)}/`.replace("//", "/");
  try {
    return readdirSync(resolve(cwd, parent || "."), { withFileTypes: true })
      .filter((entry) => !onlyFolders || entry.isDirectory())
      .map((entry) => `${join(parent, entry.name)}${entry.isDirectory() ? "/" : ""}`);
  } catch {
    return [];
  }
}

/** Completion must never fail, nor write: what cannot be read is not offered. */
async function gather(env: Env, tree: CommandTree, typed: string): Promise<Suggestions> {
  const { store } = findFolders(env.vars, env.home);
  const images = await OciLayout.existing(store)
    .then((layout) => layout?.list() ?? [])
    .catch(() => []);
  const registries = await dockerCredentials(env)
    .hosts()
    .catch(() => []);
  const references = images.map(({ reference }) => formatReference(reference));
  return { cwd: env.cwd, typed, references, registries, commands: shownCommands(tree) };
}
