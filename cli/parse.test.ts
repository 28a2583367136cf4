import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defineCommand } from "./command.ts";
import { parse } from "./parse.ts";

const command = defineCommand({
  summary: "Try",
  arguments: {
    first: { value: "FIRST", description: "the first" },
    second: { value: "SECOND", description: "the second", optional: true, choices: ["a", "b"] },
  },
  flags: {
    json: { type: "boolean", description: "as JSON" },
    output: { type: "string", short: "o", value: "FILE", description: "a file" },
    tag: { type: "string", short: "t", value: "TAG", multiple: true, description: "a tag" },
    format: { type: "string", value: "FORMAT", choices: ["oci", "compat"], default: "oci", description: "a format" },
    hub: { type: "string", value: "HOST", variable: "WASM_HUB", description: "a host" },
  },
  examples: [],
  run: async () => undefined,
});

const nothing = { json: false, output: undefined, tag: [], format: "oci", hub: undefined };

describe("parse()", () => {
  test.each([
    { line: "x", flags: {}, args: { first: "x" } },
    { line: "x b", flags: {}, args: { first: "x", second: "b" } },
    { line: "--json x", flags: { json: true }, args: { first: "x" } },
    { line: "x -o file", flags: { output: "file" }, args: { first: "x" } },
    { line: "x -ofile", flags: { output: "file" }, args: { first: "x" } },
    { line: "x --output=file", flags: { output: "file" }, args: { first: "x" } },
    { line: "x --output=-", flags: { output: "-" }, args: { first: "x" } },
    { line: "x -o -", flags: { output: "-" }, args: { first: "x" } },
    { line: "x --output=--json", flags: { output: "--json" }, args: { first: "x" } },
    { line: "x -t a -t b", flags: { tag: ["a", "b"] }, args: { first: "x" } },
    { line: "x --format compat", flags: { format: "compat" }, args: { first: "x" } },
    { line: "-- --json", flags: {}, args: { first: "--json" } },
    { line: "-- x --", flags: {}, args: undefined },
  ])("reads $line", ({ line, flags, args }) => {
    const read = (): unknown => parse(command, line.split(" "), {}).input;
    if (args === undefined) expect(read).toThrow(/SECOND cannot be "--"/);
    else expect(read()).toEqual({ flags: { ...nothing, ...flags }, arguments: { second: undefined, ...args } });
  });

  test.each([
    { line: "x --jsn", message: "unknown flag --jsn", hint: "did you mean --json?" },
    { line: "x -json", message: "unknown flag -json", hint: "did you mean --json?" },
    { line: "x -z", message: "unknown flag -z", hint: undefined },
    { line: "x --output", message: "--output needs a value", hint: "write --output FILE" },
    { line: "x -o --json", message: "-o needs a value", hint: "if --json is the value, write -o=--json" },
    { line: "x --json=yes", message: '--json takes no value, but got "yes"', hint: undefined },
    { line: "x --format tar", message: '--format cannot be "tar"', hint: "it is one of oci, compat" },
    {
      line: "x --format compt",
      message: '--format cannot be "compt"',
      hint: "did you mean compat? it is one of oci, compat",
    },
    { line: "x c", message: 'SECOND cannot be "c"', hint: "it is one of a, b" },
    { line: "x a y z", message: 'unexpected arguments "y" "z"', hint: undefined },
    { line: "x -o a -o b", message: "--output is given twice", hint: "it takes one value" },
  ])("refuses $line", ({ line, message, hint }) => {
    expect(() => parse(command, line.split(" "), {})).toThrow(
      expect.objectContaining({ code: "USAGE", message, hint }),
    );
  });

  test("a missing argument is told, not thrown: it may be asked for", () => {
    expect(parse(command, [], {}).missing).toEqual(["first"]);
    expect(parse(command, ["x"], {}).missing).toEqual([]);
    expect(parse(command, ["--help"], {}).missing).toEqual([]);
  });

  test("a flag is stronger than its variable, and an empty variable is none", () => {
    const hub = (words: string[], vars: Record<string, string>): unknown =>
      parse(command, ["x", ...words], vars).input.flags["hub"];
    expect(hub([], { WASM_HUB: "there" })).toBe("there");
    expect(hub(["--hub", "here"], { WASM_HUB: "there" })).toBe("here");
    expect(hub([], { WASM_HUB: "" })).toBeUndefined();
  });

  test("whatever is typed, it is read or refused as USAGE", () => {
    const word = fc.oneof(
      fc.constantFrom(
        "--json",
        "-o",
        "-t",
        "--format",
        "oci",
        "--",
        "-",
        "--output=",
        "-h",
        "--constructor",
        "--__proto__",
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        try {
          parse(command, words, {});
        } catch (error) {
          expect(error).toMatchObject({ code: "USAGE" });
        }
      }),
    );
  });
});
