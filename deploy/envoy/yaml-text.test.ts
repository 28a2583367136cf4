import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readEnvoyYaml } from "#envoy/schema";
import { flowText, listItem, type Plain } from "./yaml-text.ts";

const texts = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "y",
    "N",
    "on",
    "OFF",
    "yes",
    "null",
    "~",
    "true",
    "1",
    "0x1",
    "1e3",
    ".5",
    "",
    " a",
    "a ",
    "- a",
    "a: b",
    "a #b",
    "@type",
    "/a/b",
    "*a",
    "&a",
    "!a",
    "%a",
    "[a]",
    "{a}",
    '"',
    "'",
    "a\nb",
    "\t",
  ),
);
const values = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    texts,
    fc.nat(),
    fc.array(tie("value"), { minLength: 1, maxLength: 3 }),
    fc.dictionary(texts, tie("value"), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

describe("what is inserted reads back as what it was,", () => {
  test("as Envoy reads it, by the booleans of YAML 1.1", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(readEnvoyYaml(`- ${flowText(value)}\n`, "x").value).toEqual([value]);
        expect(readEnvoyYaml(`${listItem(value).join("\n")}\n`, "x").value).toEqual([value]);
      }),
    );
  });

  test.each(["1.1", "1.2"] as const)("and by the whole of YAML %s", (version) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(parse(`- ${flowText(value)}\n`, { version, merge: false })).toEqual([value]);
        expect(parse(`${listItem(value).join("\n")}\n`, { version, merge: false })).toEqual([value]);
      }),
    );
  });
});
