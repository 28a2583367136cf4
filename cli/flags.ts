import type { BooleanFlag, Flags, StringFlag } from "./command.ts";

/** Flags that every command takes. */
export const globalFlags = {
  help: { type: "boolean", short: "h", description: "show help" },
  verbose: { type: "boolean", short: "v", description: "say what is done, and show stack traces" },
  quiet: { type: "boolean", short: "q", description: "print nothing but results and errors" },
} as const satisfies Flags;

export const json: BooleanFlag = { type: "boolean", description: "print the result, or the error, as JSON" };

export const dryRun: BooleanFlag = { type: "boolean", description: "show what would change, and change nothing" };

export const progress = {
  type: "string",
  value: "KIND",
  choices: ["auto", "plain", "json", "none"],
  default: "auto",
  description: "how to show progress: bars on a terminal, lines, JSON lines on stderr, or not at all",
} as const satisfies StringFlag;

export const hub = {
  type: "string",
  value: "HOST",
  variable: "WASM_HUB",
  description: "registry of references that name none",
} as const satisfies StringFlag;

export const plainHttp: BooleanFlag = {
  type: "boolean",
  description: "speak HTTP without TLS to the registry (loopback hosts need no flag)",
};
