import { commands } from "./commands.ts";
import { type Command, type CommandTree, type Input, isGroup } from "./command.ts";
import { type Context, type Manner, openContext } from "./context.ts";
import type { Env } from "./env.ts";
import { CliError, usageError } from "./errors.ts";
import { findCommand, type Found } from "./find-command.ts";
import { globalFlags } from "./flags.ts";
import { commandHelp, groupHelp, type HelpOptions, rootFlags, usageLine } from "./help.ts";
import { parse, type Parsed } from "./parse.ts";
import { reportError } from "./report-error.ts";
import { styleFor } from "./terminal/style.ts";
import { version } from "./version.ts";

/**
 * Runs one command line and reports what goes wrong.
 *
 * @param words what follows `wasm`
 * @returns the exit status
 */
export async function run(words: readonly string[], env: Env, tree: CommandTree = commands): Promise<number> {
  try {
    return await dispatch(words, env, tree);
  } catch (error) {
    return reportError(error, words, env);
  }
}

async function dispatch(words: readonly string[], env: Env, tree: CommandTree): Promise<number> {
  // What the scripts of `wasm completion` call; the words that follow are somebody else's unfinished line.
  if (words[0] === "complete" && words[1] === "--") {
    const { printCompletions } = await import("./completion/print-completions.ts");
    await printCompletions(words.slice(2), env, tree);
    return 0;
  }
  const found = findCommand(words, tree);
  if (isGroup(found.node)) return runGroup(found, env);
  const command = await found.node.load();
  try {
    const parsed = parse(command, found.rest, env.vars);
    if (parsed.global.help) {
      env.stdout.write(commandHelp(found.path, command, helpOptions(env)));
      return 0;
    }
    const { context, close } = openContext(env, mannerOf(parsed), tree);
    try {
      const status = await command.run(context, await complete(context, command, parsed));
      // A status of its own says how it ended; without one, what was stopped half way did not succeed.
      if (status === undefined) env.signal.throwIfAborted();
      return status ?? 0;
    } finally {
      close();
    }
  } catch (error) {
    throw withUsage(error, usageLine(found.path, command));
  }
}

/** Only a line that lacks something brings in what can be asked for it. */
async function complete(context: Context, command: Command, parsed: Parsed): Promise<Input> {
  if (parsed.missing.length === 0) return parsed.input;
  const { askArguments } = await import("./ask-arguments.ts");
  return askArguments(context, command, parsed);
}

/** Whoever is told that a line is wrong is also told how it goes. */
function withUsage(error: unknown, usage: string): unknown {
  if (!(error instanceof CliError) || error.code !== "USAGE") return error;
  const { message, hint, detail, cause } = error;
  return usageError(message, { hint, detail: { ...detail, usage }, cause: cause ?? error });
}

/** `wasm` alone, or with `--help` or `--version`; a group needs the name of one of its commands. */
function runGroup({ path, node, rest }: Found, env: Env): number {
  if (!isGroup(node)) return 0;
  const isRoot = path.length === 0;
  const { input, global } = parse({ flags: isRoot ? rootFlags : globalFlags, arguments: {} }, rest, env.vars);
  if (input.flags["version"]) {
    env.stdout.write(`wasm ${version}\n`);
  } else if (isRoot || global.help) {
    env.stdout.write(groupHelp(path, isRoot ? { ...node, summary: rootSummary } : node, helpOptions(env)));
  } else {
    const name = ["wasm", ...path].join(" ");
    const names = Object.keys(node.commands).map((command) => `${name} ${command}`);
    throw usageError(`${name} needs the name of a command`, { hint: `type ${names.join(" or ")}` });
  }
  return 0;
}

const rootSummary = "Write, build, share and roll out WebAssembly filters for Envoy";

function helpOptions(env: Env): HelpOptions {
  return { style: styleFor(env.stdout), columns: env.stdout.columns() };
}

function mannerOf({ input, global }: Parsed): Manner {
  return {
    isJson: input.flags["json"] === true,
    isQuiet: global.quiet,
    isVerbose: global.verbose,
    progress: (input.flags["progress"] ?? "auto") as Manner["progress"],
  };
}
