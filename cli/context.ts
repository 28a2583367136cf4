import { type Logger, type Progress, silentProgress } from "#core";
import type { Readable } from "node:stream";
import type { CommandTree } from "./command.ts";
import type { Env, Prompts, Variables } from "./env.ts";
import { findFolders, type Folders } from "./folders.ts";
import { formatTable } from "./terminal/format.ts";
import { LiveProgress } from "./terminal/live-progress.ts";
import { jsonProgress } from "./terminal/json-progress.ts";
import { plainProgress } from "./terminal/plain-progress.ts";
import { Screen } from "./terminal/screen.ts";
import { jsonLogger, textLogger } from "./terminal/stderr-logger.ts";
import { styleFor, type Style } from "./terminal/style.ts";

/** What a command's handler works with. */
export interface Context {
  /** All commands, for `help`. */
  readonly commands: CommandTree;
  readonly cwd: string;
  readonly vars: Variables;
  readonly home: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly folders: Folders;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly progress: Progress;
  /** Whether the result is to be one JSON document. */
  readonly isJson: boolean;
  /** Whether {@link note} says nothing. */
  readonly isSilent: boolean;
  /** Whether all is to be said, however long it is. */
  readonly isVerbose: boolean;
  /** Colours for stdout. */
  readonly style: Style;
  /** Colours for stderr. */
  readonly noteStyle: Style;
  /** Characters in a line of stdout. */
  readonly columns: number;
  /** Prints columns to stdout, cut to the window if it is a terminal. */
  outTable(rows: readonly (readonly string[])[]): void;
  /** Prints a part of the result, as it is, to stdout. */
  out(text: string): void;
  /** Prints one JSON document to stdout. */
  outJson(document: unknown): void;
  /** Tells the person one line on stderr; silent with `--json` and `--quiet`. */
  note(line: string): void;
  /** Questions, when somebody can answer: both stdin and stderr are a terminal, and `--json` is not given. */
  prompts(): Promise<Prompts | undefined>;
}

export interface Manner {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  readonly progress: "auto" | "plain" | "json" | "none";
}

export interface OpenContext {
  readonly context: Context;
  /** Removes what is drawn in place. */
  close(): void;
}

export function openContext(env: Env, manner: Manner, commands: CommandTree): OpenContext {
  const { isJson, isQuiet } = manner;
  const isSilent = isJson || isQuiet;
  const screen = new Screen(env.stdout, env.stderr);
  const noteStyle = styleFor(env.stderr);
  const toErr = (line: string): void => screen.err(line);
  const level = manner.isVerbose ? "debug" : isSilent ? "warn" : "info";
  const { progress, stop } = openProgress(env, manner, screen, noteStyle);
  const context: Context = {
    commands,
    cwd: env.cwd,
    vars: env.vars,
    home: env.home,
    stdin: env.stdin,
    folders: findFolders(env.vars, env.home),
    signal: env.signal,
    logger: isJson ? jsonLogger(toErr, level) : textLogger(toErr, noteStyle, level),
    progress,
    isJson,
    isSilent,
    isVerbose: manner.isVerbose,
    style: styleFor(env.stdout),
    noteStyle,
    columns: env.stdout.columns(),
    out: (text) => screen.out(text),
    outTable: (rows) => screen.out(formatTable(rows, env.stdout.isTTY ? env.stdout.columns() : Infinity)),
    outJson: (document) => screen.out(`${JSON.stringify(document, undefined, env.stdout.isTTY ? 2 : 0)}\n`),
    note: (line) => (isSilent ? undefined : screen.err(`${line}\n`)),
    prompts: async () => (isJson || !env.stdin.isTTY || !env.stderr.isTTY ? undefined : env.openPrompts()),
  };
  return { context, close: stop };
}

function openProgress(
  env: Env,
  manner: Manner,
  screen: Screen,
  style: Style,
): { progress: Progress; stop: () => void } {
  const nothing = (): void => {};
  const isSilent = manner.isQuiet || manner.isJson;
  const canRedraw = env.stderr.isTTY && env.vars["TERM"] !== "dumb";
  const kind = manner.progress !== "auto" ? manner.progress : isSilent ? "none" : canRedraw ? "bars" : "plain";
  const toErr = (line: string): void => screen.err(line);
  switch (kind) {
    case "bars": {
      const live = new LiveProgress({ screen, style });
      return { progress: live, stop: () => live.stop() };
    }
    case "plain":
      return { progress: plainProgress(toErr), stop: nothing };
    case "json":
      return { progress: jsonProgress(toErr), stop: nothing };
    case "none":
      return { progress: silentProgress, stop: nothing };
  }
}
