import { commands } from "./commands.ts";
import { type CommandTree, isGroup } from "./command.ts";
import { type Manner, openContext } from "./context.ts";
import { describeError, formatError } from "./describe-error.ts";
import type { Env } from "./env.ts";
import { usageError } from "./errors.ts";
import { findCommand, type Found } from "./find-command.ts";
import { globalFlags } from "./flags.ts";
import { commandHelp, groupHelp, type HelpOptions, rootFlags } from "./help.ts";
import { parse, type Parsed } from "./parse.ts";
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
    const { complete } = await import("./complete.ts");
    await complete(words.slice(2), env, tree);
    return 0;
  }
  const found = findCommand(words, tree);
  if (isGroup(found.node)) return runGroup(found, env);
  const command = await found.node.load();
  const parsed = parse(command, found.rest, env.vars);
  if (parsed.global.help) {
    env.stdout.write(commandHelp(found.path, command, helpOptions(env)));
    return 0;
  }
  const { context, close } = openContext(env, mannerOf(parsed), tree);
  try {
    const status = await command.run(context, parsed.input);
    env.signal.throwIfAborted();
    return status ?? 0;
  } finally {
    close();
  }
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

/** The words themselves are asked, since they may be what is wrong. */
function reportError(error: unknown, words: readonly string[], env: Env): number {
  const report = describeError(error, env.signal);
  if (words.includes("--json")) {
    const { code, message, hint, because, detail } = report;
    const document = { code, message, hint, ...(because.length > 0 ? { because } : {}), detail };
    env.stderr.write(`${JSON.stringify({ error: document })}\n`);
  } else {
    const style = styleFor(env.stderr);
    const { headline, lines } = formatError(
      report,
      words.some((word) => word === "-v" || word === "--verbose"),
    );
    const below = lines.map((line) => `  ${line.replaceAll("\n", "\n  ")}\n`);
    env.stderr.write(`${style(["red", "bold"], "error:")} ${headline}\n${below.join("")}`);
  }
  return report.status;
}
