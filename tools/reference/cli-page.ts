import { type Command, type CommandGroup, isGroup } from "../../cli/command.ts";
import { commands } from "../../cli/commands.ts";
import { globalFlags } from "../../cli/flags.ts";
import { flagSyntax, flagText, leaves, usageLine } from "../../cli/help.ts";

const introduction = `# The command line

Made from the code by \`npm run reference\`. Results go to stdout, everything else to stderr.

| exit status | meaning |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | what was typed cannot be carried out; nothing was done |
| 4 | not authorised |
| 130 | interrupted |
`;

/** The reference page of all commands. */
export async function cliPage(): Promise<string> {
  const root: CommandGroup = { summary: "", commands };
  const sections = await Promise.all(leaves([], root).map(async ({ path }) => commandSection(path, await load(path))));
  const everywhere = ["## Flags of every command\n", flagTable(globalFlags)];
  return [introduction, ...everywhere, ...sections].join("\n");
}

async function load(path: readonly string[]): Promise<Command> {
  let node: CommandGroup | { load(): Promise<Command> } = { summary: "", commands };
  for (const word of path) {
    const next: (typeof commands)[string] | undefined = "commands" in node ? node.commands[word] : undefined;
    if (!next) throw new Error(`no command ${path.join(" ")}`);
    node = next;
  }
  if ("commands" in node && isGroup(node)) throw new Error(`${path.join(" ")} is a group`);
  return node.load();
}

function commandSection(path: readonly string[], command: Command): string {
  const { summary, description = [], examples, json } = command;
  const parts = [
    `## wasm ${path.join(" ")}\n`,
    `${summary}. ${description.join(" ")}`.trim(),
    `\n    ${usageLine(path, command)}\n`,
    argumentTable(command),
    flagTable(command.flags),
    ...(examples.length > 0
      ? [examples.map((example) => `    # ${example.text}\n    ${example.command}\n`).join("\n")]
      : []),
    ...(json === undefined
      ? []
      : [`With \`--json\`, such as:\n\n\`\`\`json\n${JSON.stringify(json, undefined, 2)}\n\`\`\`\n`]),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function argumentTable({ arguments: args }: Command): string {
  const rows = Object.values(args).map(({ value, description, optional, choices }) => {
    const notes = [...(choices ? [choices.join(", ")] : []), ...(optional ? ["optional"] : [])];
    return `| \`${value}\` | ${cell(description)}${notes.length > 0 ? ` (${notes.join("; ")})` : ""} |\n`;
  });
  return rows.length === 0 ? "" : `| argument | |\n|---|---|\n${rows.join("")}`;
}

function flagTable(flags: Command["flags"]): string {
  const rows = Object.entries(flags)
    .filter(([, flag]) => !flag.hidden)
    .map(([name, flag]) => `| \`${flagSyntax(name, flag)}\` | ${cell(flagText(flag))} |\n`);
  return rows.length === 0 ? "" : `| flag | |\n|---|---|\n${rows.join("")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
