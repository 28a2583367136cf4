import { type Command, type CommandGroup, isGroup } from "../../cli/command.ts";
import { commands } from "../../cli/commands.ts";
import { globalFlags } from "../../cli/flags.ts";
import { flagSyntax, flagText, leaves, usageLine } from "../../cli/help.ts";

const introduction = `# The command line

Made from the code by \`npm run reference\`.

## What goes where

Results go to stdout; everything else goes to stderr: notes, progress, warnings, questions, errors. \`--quiet\` leaves results
and errors. At a terminal a command asks for what is missing; without one, or with \`--json\`, that is an error that names the
flag or argument.

| exit status | meaning |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | what was typed cannot be carried out, nothing was done; or Node.js is too old |
| 4 | not authorised |
| 130 | interrupted by Ctrl-C |
| 143 | ended by SIGTERM or SIGHUP; \`wasm hub serve\` ends with 0 then |

## JSON

With \`--json\` stdout holds one document, or nothing when the command fails. The error is then the last line of stderr:

\`\`\`json
{"error":{"code":"CONTENT_NOT_FOUND","message":"me/x:v9 not found in hub.example","hint":"hub.example/me/x has v1, v2","detail":{"reference":"hub.example/me/x:v9"}}}
\`\`\`

\`code\` is one of the [error codes](errors.md) or the system's own, such as \`EACCES\`; \`hint\` may be absent; \`because\` lists the
messages of causes that say something new; \`detail\` has facts. Every other line of stderr is an object too: \`{"log": …}\` for
warnings, and \`{"progress": {"id", "label", "state", "bytes", "totalBytes", "note"}}\` with \`--progress json\`, where \`state\` is
\`begun\`, \`running\`, \`done\` or \`failed\`.

## Progress

\`--progress auto\` draws bars where stderr is a terminal, and is silent with \`--json\` or \`--quiet\`; elsewhere it is \`plain\`.
\`plain\` prints lines about what takes longer than five seconds, and nothing about the rest. \`json\` prints an object for each
event. \`none\` prints nothing.

## Dry runs

Every command that changes something outside of your project folder and your local store takes \`--dry-run\`: what is in a
registry (\`push\`), what Envoy reads (\`deploy\`, \`undeploy\`), the credentials that are shared with Docker (\`login\`, \`logout\`) and
your machine (\`doctor --fix\`). \`pull\` takes it too. It reads what it must, shows the difference, and changes nothing. \`init\`, \`build\`
and \`tag\` write only what is yours, and have none.

## Colours, folders, variables

| variable | |
|---|---|
| \`NO_COLOR\`, \`FORCE_COLOR\` | no colours, or colours in pipes too; \`FORCE_COLOR\` is stronger, \`FORCE_COLOR=0\` means none |
| \`XDG_DATA_HOME\` | holds \`wasm-hub/store\`, the local store, and \`wasm-hub/hub\`, the data of \`wasm hub serve\`; \`~/.local/share\` by default |
| \`XDG_CACHE_HOME\` | holds \`wasm-hub\`: an Envoy that was fetched; \`~/.cache\` by default |
| \`DOCKER_CONFIG\` | holds \`config.json\`, where credentials are; \`~/.docker\` by default |
| \`WASM_HUB\` | registry of references that name none |
| \`ENVOY\` | the Envoy program |
| \`HTTP_PROXY\`, \`HTTPS_PROXY\`, \`NO_PROXY\` | how registries are reached, in capitals or not; this machine is always asked directly |
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
