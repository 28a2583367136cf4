import { describe, expect, test } from "vitest";
import { defineCommand } from "./command.ts";
import { commandHelp, flagText, groupHelp, usageLine } from "./help.ts";

const plain = (columns: number) => ({ style: (_: unknown, text: string) => text, columns });

const command = defineCommand({
  summary: "Try a thing",
  description: ["It is tried once, and then it is tried again, until it works."],
  arguments: {
    thing: { value: "THING", description: "what is tried", choices: ["this", "that"] },
    place: { value: "PLACE", description: "where", optional: true },
  },
  flags: {
    often: { type: "string", short: "o", value: "N", default: "2", description: "how often" },
    secret: { type: "boolean", description: "not for everybody", hidden: true },
  },
  examples: [{ text: "once", command: "wasm try this -o 1" }],
  run: async () => undefined,
});

describe("commandHelp()", () => {
  test("in a wide window", () => {
    expect(commandHelp(["try"], command, plain(80))).toBe(`Try a thing

It is tried once, and then it is tried again, until it works.

Usage
  wasm try THING [PLACE] [FLAGS]

Arguments
  THING  what is tried: this, that
  PLACE  where

Flags
  -o, --often N  how often (default 2)
  -h, --help     show help
  -v, --verbose  say what is done, and show stack traces
  -q, --quiet    print nothing but results and errors

Examples
  # once
  wasm try this -o 1
`);
  });

  test("in a narrow one the texts stand below their terms", () => {
    expect(commandHelp(["try"], command, plain(40))).toBe(`Try a thing

It is tried once, and then it is tried
again, until it works.

Usage
  wasm try THING [PLACE] [FLAGS]

Arguments
  THING  what is tried: this, that
  PLACE  where

Flags
  -o, --often N
      how often (default 2)
  -h, --help
      show help
  -v, --verbose
      say what is done, and show stack
      traces
  -q, --quiet
      print nothing but results and
      errors

Examples
  # once
  wasm try this -o 1
`);
  });
});

test("groupHelp() opens the groups within, and leaves out what is hidden", () => {
  const load = async () => command;
  const group = {
    summary: "Do things",
    commands: {
      run: { summary: "Run", load },
      deep: { summary: "Deeper", commands: { dive: { summary: "Dive", load } } },
      secret: { summary: "Hide", load, hidden: true },
    },
  };
  const text = groupHelp([], group, plain(80));
  expect(text).toContain("Commands\n  run        Run\n  deep dive  Dive\n\n");
  expect(text).toContain("--version");
  expect(groupHelp(["do"], group, plain(80))).not.toContain("--version");
});

test("usageLine() and flagText() say what is optional, allowed and assumed", () => {
  expect(usageLine(["hub", "serve"], { ...command, arguments: {} })).toBe("wasm hub serve [FLAGS]");
  const flag = {
    type: "string",
    value: "X",
    description: "a thing",
    variable: "X",
    multiple: true,
    choices: ["a", "b"],
  } as const;
  expect(flagText(flag)).toBe("a thing (a|b; $X; can be repeated)");
});
