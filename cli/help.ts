import { type Command, type CommandGroup, type Flag, type Flags, isGroup } from "./command.ts";
import { globalFlags } from "./flags.ts";
import { wrap } from "./terminal/format.ts";
import type { Style } from "./terminal/style.ts";

export interface HelpOptions {
  readonly style: Style;
  /** Characters in a line. */
  readonly columns: number;
}

/** The help page of a command. */
export function commandHelp(path: readonly string[], command: Command, options: HelpOptions): string {
  const { style } = options;
  const sections = [
    `${wrap(command.summary, lineWidth(options))}\n`,
    ...(command.description ?? []).map((paragraph) => `${wrap(paragraph, lineWidth(options))}\n`),
    section("Usage", [`  ${wrap(usageLine(path, command), lineWidth(options) - 2, 6)}\n`], style),
  ];
  const args = Object.values(command.arguments).map(({ value, description, choices }) => [
    value,
    description + (choices ? `: ${choices.join(", ")}` : ""),
  ]);
  if (args.length > 0) sections.push(section("Arguments", [definitions(args, options)], style));
  sections.push(section("Flags", [definitions(flagRows({ ...command.flags, ...globalFlags }), options)], style));
  if (command.examples.length > 0) {
    const examples = command.examples.map(({ text, command: line }) => {
      const comment = wrap(text, lineWidth(options) - 4).replaceAll("\n", "\n  # ");
      return `  ${style("dim", `# ${comment}`)}\n  ${line}\n`;
    });
    sections.push(section("Examples", [examples.join("\n")], style));
  }
  return sections.join("\n");
}

/** The help page of a group of commands; of `wasm` itself when the path is empty. */
export function groupHelp(path: readonly string[], group: CommandGroup, options: HelpOptions): string {
  const { style } = options;
  const name = ["wasm", ...path].join(" ");
  const rows = leaves(path.slice(1), group).map(({ path: own, summary }) => [own.join(" "), summary]);
  return [
    `${wrap(group.summary, lineWidth(options))}\n`,
    section("Usage", [`  ${name} COMMAND [FLAGS]\n`], style),
    section("Commands", [definitions(rows, options)], style),
    section("Flags", [definitions(flagRows(path.length === 0 ? rootFlags : globalFlags), options)], style),
    `${style("dim", wrap(`${name} COMMAND --help tells more about a command.`, lineWidth(options)))}\n`,
  ].join("\n");
}

/** `wasm` itself also tells its version. */
export const rootFlags: Flags = {
  ...globalFlags,
  version: { type: "boolean", short: "V", description: "print the version" },
};

/** Usage in one line: `wasm push REF [FLAGS]`. */
export function usageLine(path: readonly string[], command: Command): string {
  const args = Object.values(command.arguments).map(({ value, optional }) => (optional ? `[${value}]` : value));
  return ["wasm", ...path, ...args, "[FLAGS]"].join(" ");
}

/** `-t, --tag REF` */
export function flagSyntax(name: string, flag: Flag): string {
  return `${flag.short ? `-${flag.short}, ` : ""}--${name}${flag.type === "string" ? ` ${flag.value}` : ""}`;
}

/** What the flag does, with its choices, default and variable. */
export function flagText(flag: Flag): string {
  if (flag.type === "boolean") return flag.description;
  const notes = [
    ...(flag.choices ? [flag.choices.join("|")] : []),
    ...(flag.default === undefined ? [] : [`default ${flag.default}`]),
    ...(flag.variable ? [`$${flag.variable}`] : []),
    ...(flag.multiple ? ["can be repeated"] : []),
  ];
  return flag.description + (notes.length > 0 ? ` (${notes.join("; ")})` : "");
}

function flagRows(flags: Flags): string[][] {
  return Object.entries(flags)
    .filter(([, flag]) => !flag.hidden)
    .map(([name, flag]) => [`${flag.short ? "" : "    "}${flagSyntax(name, flag)}`, flagText(flag)]);
}

interface Leaf {
  readonly path: readonly string[];
  readonly summary: string;
}

/** The commands of a group, groups within it opened. */
export function leaves(path: readonly string[], group: CommandGroup): readonly Leaf[] {
  return Object.entries(group.commands).flatMap(([name, node]): readonly Leaf[] => {
    if (isGroup(node)) return leaves([...path, name], node);
    return node.hidden ? [] : [{ path: [...path, name], summary: node.summary }];
  });
}

function section(title: string, body: readonly string[], style: Style): string {
  return `${style("bold", title)}\n${body.join("")}`;
}

/** Terms with their texts beside them; below them where the window is too narrow for both. */
function definitions(rows: readonly (readonly string[])[], options: HelpOptions): string {
  const left = Math.max(...rows.map(([term = ""]) => term.length));
  const isNarrow = lineWidth(options) - left - 4 < narrowestText;
  const indent = isNarrow ? 6 : left + 4;
  return rows
    .map(([term = "", text = ""]) => {
      const wrapped = wrap(text, lineWidth(options) - indent).replaceAll("\n", `\n${" ".repeat(indent)}`);
      const gap = isNarrow ? `\n${" ".repeat(indent)}` : " ".repeat(left - term.length + 2);
      return `  ${options.style("cyan", isNarrow ? term.trimStart() : term)}${gap}${wrapped}\n`;
    })
    .join("");
}

/** Characters of a text that are needed beside its term. */
const narrowestText = 30;

/** Longer lines are hard to read. */
function lineWidth({ columns }: HelpOptions): number {
  return Math.min(100, Math.max(20, columns));
}
