import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SchemaError } from "./errors.ts";
import { readEnvoyYaml } from "./yaml.ts";

const read = (text: string): unknown => readEnvoyYaml(text, "a.yaml").value;

describe("scalars are read as Envoy reads them", () => {
  test.each([
    ["yes", true],
    ["Off", false],
    ["n", false],
    ["oN", "oN"],
    ["~", null],
    ["Null", null],
    ["nUll", "nUll"],
    ["5", 5],
    ["+5", 5],
    ["-5", -5],
    ["010", 8],
    ["08", "08"],
    ["0x1F", 31],
    ["-0x10", -16],
    ["0o17", "0o17"],
    ["1_000", "1_000"],
    ["2147483647", 2_147_483_647],
    ["2147483648", "2147483648"],
    ["-2147483649", "-2147483649"],
    ["0xFFFFFFFF", "4294967295"],
    ["99999999999999999999", "99999999999999999999"],
    ["1.5", "1.5"],
    ["1e3", "1e3"],
    [".inf", ".inf"],
    ['"5"', "5"],
    ["'yes'", "yes"],
    ["! yes", "yes"],
    ["!!str yes", true],
    ["2026-11-24", "2026-11-24"],
    ["|\n  yes\n", "yes\n"],
    [">-\n  5\n", "5"],
  ])("%s", (text, value) => {
    expect(read(`a: ${text}`)).toEqual({ a: value });
  });
});

describe("mappings", () => {
  test("of two equal keys the last counts", () => {
    expect(read("a: 1\nb: 2\na: 3\n")).toEqual({ a: 3, b: 2 });
  });

  test("nothing is under a key with the tag !ignore, but its anchors", () => {
    expect(read("!ignore x: &id { a: 1 }\nb: *id\n")).toEqual({ b: { a: 1 } });
  });

  test("there are no merge keys", () => {
    expect(read("a: &a { x: 1 }\nb:\n  <<: *a\n")).toEqual({ a: { x: 1 }, b: { "<<": { x: 1 } } });
  });

  test("a key named __proto__ is a key", () => {
    expect(Object.keys(read("__proto__: 1") as object)).toEqual(["__proto__"]);
  });
});

test("only the first document counts", () => {
  expect(read("a: 1\n---\nb: 2\n")).toEqual({ a: 1 });
});

describe("CONFIG_NOT_YAML", () => {
  const bomb = `a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${Array.from(
    { length: 9 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(", ")}]\n`,
  ).join("")}`;

  test.each([
    { name: "a flow mapping without an end", text: "a: {b: c\n", line: 2, column: 1 },
    { name: "a tab for indentation", text: "a:\n\tb: c\n", line: 2, column: 1 },
    { name: "an item at another column", text: "a:\n  b: c\n d: e\n", line: 3, column: 1 },
    { name: "an unknown escape", text: 'a: "\\q"\n', line: 1, column: 5 },
    { name: "a character that is reserved", text: "a: 1\nb: @x\n", line: 2, column: 4 },
    { name: "an alias of no anchor", text: "a: 1\nb: *nobody\n", line: 2, column: 4 },
    { name: "an alias before its anchor", text: "a: *later\nb: &later 1\n", line: 1, column: 4 },
  ])("is $name, with its line and column", ({ text, line, column }) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: "CONFIG_NOT_YAML", detail: { file: "a.yaml", line, column } }),
    );
  });

  test.each([
    { name: "a mapping that holds itself", text: "a: &a { b: *a }\n" },
    { name: "a list that holds itself", text: "a: &a [*a]\n" },
    { name: "a hundred thousand levels", text: "[".repeat(100_000) },
    { name: "five hundred levels", text: `${"[".repeat(500)}${"]".repeat(500)}` },
    { name: "aliases of aliases that make ten thousand million values", text: bomb },
  ])("is $name", ({ text }) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "CONFIG_NOT_YAML" }));
  });

  test("or a value is what any text is", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab0:{}[],&*!|>-?'\"#%@ \n\t~<".split("")) }), (text) => {
        try {
          read(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SchemaError);
        }
      }),
    );
  });
});
