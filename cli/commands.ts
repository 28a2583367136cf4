import type { CommandTree } from "./command.ts";

/** Every command, in the order of a filter's life. A command's file is loaded when it is named. */
export const commands: CommandTree = {
  help: { summary: "Show help", load: async () => (await import("./commands/help.ts")).help },
};
