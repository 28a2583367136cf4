import { defineCommand, isGroup } from "../command.ts";
import { findCommand } from "../find-command.ts";
import { commandHelp, groupHelp } from "../help.ts";

export const help = defineCommand({
  summary: "Show help for a command",
  arguments: {
    command: { value: "COMMAND", description: "name of a command, such as build", optional: true, complete: "command" },
    subcommand: {
      value: "SUBCOMMAND",
      description: "its second word, as in hub serve",
      optional: true,
      complete: "command",
    },
  },
  flags: {},
  examples: [{ text: "how a filter is deployed", command: "wasm help deploy envoy" }],

  async run(context, { arguments: { command, subcommand } }) {
    const words = [command, subcommand].filter((word) => word !== undefined);
    const { path, node } = findCommand(words, context.commands);
    const options = { style: context.style, columns: context.columns };
    context.out(isGroup(node) ? groupHelp(path, node, options) : commandHelp(path, await node.load(), options));
  },
});
