import type { Context } from "./context.ts";

/** One flag of a command, keyed by its long name without the dashes. Help, completion and the reference page are made from it. */
export type Flag = BooleanFlag | StringFlag;

interface FlagText {
  /** One letter, without the dash. */
  readonly short?: string;
  /** What it does: lower case, no period. */
  readonly description: string;
  /** Left out of help and completion. */
  readonly hidden?: boolean;
}

export interface BooleanFlag extends FlagText {
  readonly type: "boolean";
}

export interface StringFlag extends FlagText, Completable {
  readonly type: "string";
  /** What stands for the value in help, in capitals: `FILE`. */
  readonly value: string;
  /** May be given more than once. */
  readonly multiple?: true;
  /** The only values that are accepted. */
  readonly choices?: readonly string[];
  readonly default?: string;
  /** The environment variable that is read when the flag is absent. */
  readonly variable?: string;
}

/** An argument by position. Optional ones come last. */
export interface Argument extends Completable {
  /** What stands for it in help, in capitals: `REF`. */
  readonly value: string;
  readonly description: string;
  readonly optional?: true;
  readonly choices?: readonly string[];
  /** What somebody at a terminal is asked when it is missing; by default its description. */
  readonly question?: string;
  /** Whether it names an image of the local store: those are offered then. */
  readonly isStored?: true;
}

interface Completable {
  /** What the shell offers; with `choices`, those. */
  readonly complete?: CompletionKind;
}

/** `reference`: the tags in the local store; `registry`: hosts that are known from credentials; `command`: the words of commands. */
export type CompletionKind = "file" | "folder" | "reference" | "registry" | "command";

export type Flags = Readonly<Record<string, Flag>>;
export type Arguments = Readonly<Record<string, Argument>>;

export interface Example {
  readonly text: string;
  readonly command: string;
}

/** A command: data, and one handler. */
export interface Command<F extends Flags = Flags, A extends Arguments = Arguments> {
  /** One line: imperative, no period. */
  readonly summary: string;
  /** Paragraphs of the help page. */
  readonly description?: readonly string[];
  readonly arguments: A;
  readonly flags: F;
  readonly examples: readonly Example[];
  /** For commands with `--json`: what the document on stdout looks like, by example. Tests hold the command to its keys. */
  readonly json?: unknown;
  /** @returns the exit status when it is not 0 and there is no error to report */
  run(context: Context, input: Input<F, A>): Promise<number | void>;
}

/** What was typed, parsed. */
export interface Input<F extends Flags = Flags, A extends Arguments = Arguments> {
  readonly flags: { readonly [Name in keyof F]: FlagValue<F[Name]> };
  readonly arguments: {
    readonly [Name in keyof A]: A[Name] extends { optional: true } ? Choice<A[Name]> | undefined : Choice<A[Name]>;
  };
}

type FlagValue<F extends Flag> = F extends { type: "boolean" }
  ? boolean
  : F extends { multiple: true }
    ? readonly Choice<F>[]
    : F extends { default: string }
      ? Choice<F>
      : Choice<F> | undefined;

type Choice<T> = T extends { choices: readonly (infer Word extends string)[] } ? Word : string;

/** Gives `run` the types of the flags and arguments that are declared beside it. */
export function defineCommand<const F extends Flags, const A extends Arguments>(command: Command<F, A>): Command<F, A> {
  return command;
}

/** A node of the command tree: a command that is loaded when it is named, or a group of commands. */
export type CommandNode = CommandLeaf | CommandGroup;

export interface CommandLeaf {
  readonly summary: string;
  readonly load: () => Promise<Command>;
  /** Left out of help and completion. */
  readonly hidden?: boolean;
}

export interface CommandGroup {
  readonly summary: string;
  readonly commands: CommandTree;
}

export type CommandTree = Readonly<Record<string, CommandNode>>;

export function isGroup(node: CommandNode): node is CommandGroup {
  return "commands" in node;
}
