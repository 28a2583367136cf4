import type { Readable } from "node:stream";

/** What of the process the command line may touch. `main.ts` makes the real one; tests make their own. */
export interface Env {
  readonly cwd: string;
  readonly vars: Variables;
  /** The home folder of the person. */
  readonly home: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by SIGINT and SIGTERM; its reason is a {@link Stopped}. */
  readonly signal: AbortSignal;
  /** Makes the prompts of a terminal; called only when one is there. */
  readonly openPrompts: () => Promise<Prompts>;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** One of the two standard outputs. */
export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Whether colours are wanted there (NO_COLOR, FORCE_COLOR, and what the terminal can do). */
  readonly hasColors: boolean;
  /** Characters in a line; asked each time, since windows are resized. */
  columns(): number;
}

/** Asks the person at the terminal. Every question can be given up, which rejects with INTERRUPTED. */
export interface Prompts {
  text(question: TextQuestion): Promise<string>;
  password(message: string): Promise<string>;
  select<Value extends string>(message: string, options: readonly SelectOption<Value>[]): Promise<Value>;
  confirm(message: string): Promise<boolean>;
}

export interface TextQuestion {
  readonly message: string;
  /** Taken when the answer is left empty. */
  readonly initial?: string;
  /** @returns what is wrong with the answer, or nothing */
  readonly validate?: (answer: string) => string | undefined;
}

export interface SelectOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

/** Why {@link Env.signal} was aborted. */
export class Stopped extends Error {
  readonly signalName: "SIGINT" | "SIGTERM" | "SIGHUP";

  constructor(signalName: "SIGINT" | "SIGTERM" | "SIGHUP") {
    super(`stopped by ${signalName}`);
    this.name = "Stopped";
    this.signalName = signalName;
  }
}
