import { defineCommand } from "../command.ts";

export const help = defineCommand({ summary: "Show help", arguments: {}, flags: {}, examples: [], async run() {} });
