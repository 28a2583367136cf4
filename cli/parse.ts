import { parseArgs } from "node:util";
import type { Arguments, Command, Flag, Flags, Input } from "./command.ts";
import { usageError } from "./errors.ts";
import { globalFlags } from "./flags.ts";
import { nearest } from "./suggest.ts";

export type GlobalFlags = { readonly [Name in keyof typeof globalFlags]: boolean };

export interface Parsed {
  /** Complete when nothing is {@link missing}. */
  readonly input: Input;
  /** Keys of the required arguments that were not given. */
  readonly missing: readonly string[];
  readonly global: GlobalFlags;
}

/**
 * Reads what follows the command's name.
 *
 * @param vars the environment, for flags that fall back to a variable
 * @throws {CliError} USAGE, naming the flag or argument
 */
export function parse(
  command: Pick<Command, "flags" | "arguments">,
  words: readonly string[],
  vars: Readonly<Record<string, string | undefined>>,
): Parsed {
  const flags: Flags = { ...command.flags, ...globalFlags };
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokenize(flags, words)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    if (!flag) throw unknownFlag(token.rawName, words[token.index] ?? token.rawName, flags);
    const value = readValue(token, flag);
    const values = given.get(token.name) ?? [];
    if (values.length > 0 && flag.type === "string" && !flag.multiple) {
      throw usageError(`--${token.name} is given twice`, { hint: "it takes one value" });
    }
    given.set(token.name, [...values, value]);
  }
  // Whoever asks for help is not told about missing arguments.
  const isHelp = given.has("help");
  const read = (names: Flags): Record<string, unknown> =>
    Object.fromEntries(Object.entries(names).map(([name, flag]) => [name, valueOf(flag, given.get(name), vars)]));
  return {
    input: {
      flags: read(command.flags) as Input["flags"],
      arguments: (isHelp ? {} : readArguments(command.arguments, positionals)) as Input["arguments"],
    },
    missing: Object.entries(command.arguments).flatMap(([name, { optional }], index) =>
      optional || isHelp || index < positionals.length ? [] : [name],
    ),
    global: read(globalFlags) as GlobalFlags,
  };
}

function tokenize(flags: Flags, words: readonly string[]): readonly Token[] {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, short }]) => [name, { type, ...(short ? { short } : {}) }]),
  );
  return parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

function readValue(token: OptionToken, flag: Flag): string {
  const { rawName, value, inlineValue } = token;
  if (flag.type === "boolean") {
    if (value !== undefined) throw usageError(`${rawName} takes no value, but got ${JSON.stringify(value)}`);
    return "true";
  }
  if (value === undefined || (!inlineValue && value.startsWith("-") && value !== "-")) {
    const hint =
      value === undefined ? `write ${rawName} ${flag.value}` : `if ${value} is the value, write ${rawName}=${value}`;
    throw usageError(`${rawName} needs a value`, { hint });
  }
  if (flag.choices && !flag.choices.includes(value)) throw notAChoice(rawName, value, flag.choices);
  return value;
}

function valueOf(
  flag: Flag,
  given: readonly string[] | undefined,
  vars: Readonly<Record<string, string | undefined>>,
): unknown {
  if (flag.type === "boolean") return given !== undefined;
  if (flag.multiple) return given ?? [];
  const variable = flag.variable ? vars[flag.variable] : undefined;
  return given?.[0] ?? (variable || flag.default);
}

function readArguments(expected: Arguments, given: readonly string[]): Record<string, string | undefined> {
  const entries = Object.entries(expected);
  if (given.length > entries.length) {
    const extra = given.slice(entries.length).map((word) => JSON.stringify(word));
    throw usageError(`unexpected argument${extra.length > 1 ? "s" : ""} ${extra.join(" ")}`);
  }
  return Object.fromEntries(
    entries.map(([name, argument], index) => {
      const value = given[index];
      if (value !== undefined && argument.choices && !argument.choices.includes(value)) {
        throw notAChoice(argument.value, value, argument.choices);
      }
      return [name, value];
    }),
  );
}

/** @param typed the whole word: `-json` is read as `-j -s -o -n`, and meant as `--json` */
function unknownFlag(rawName: string, typed: string, flags: Flags): Error {
  const names = Object.entries(flags).flatMap(([name, flag]) => (flag.hidden ? [] : [name]));
  const [word = ""] = typed.replace(/^-+/, "").split("=", 1);
  const near = nearest(word, names);
  return usageError(
    `unknown flag ${near && word.length > 1 ? typed : rawName}`,
    near ? { hint: `did you mean --${near}?` } : {},
  );
}

function notAChoice(what: string, value: string, choices: readonly string[]): Error {
  const near = nearest(value, choices);
  return usageError(`${what} cannot be ${JSON.stringify(value)}`, {
    hint: `${near ? `did you mean ${near}? ` : ""}it is one of ${choices.join(", ")}`,
  });
}
