import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { compileSchema } from "./config-schema.ts";
import type { Problem } from "./errors.ts";
import { manifestSchema } from "./manifest.ts";
import { readManifest } from "./read-manifest.ts";

const good = `name: my-filter
version: 0.1.0
language: assemblyscript
source: assembly/index.ts
abi: proxy-wasm-0.2.1
rootIds: [my-filter]
`;

function problemsOf(text: string): readonly string[] {
  try {
    readManifest(text, "filter.yaml");
  } catch (error) {
    const { code, message, detail } = error as { code: string; message: string; detail: { problems: Problem[] } };
    expect(code).toBe("PROJECT_INVALID");
    const lines = detail.problems.map(
      ({ file, line, column, message: words }) => `${file}:${line}:${column}: ${words}`,
    );
    expect(message).toBe(["filter.yaml is not valid", ...lines].join("\n"));
    return lines.map((line) => line.replace("filter.yaml:", ""));
  }
  throw new Error("it was read");
}

describe("readManifest()", () => {
  test("reads the least that a filter says", () => {
    expect(readManifest(good, "filter.yaml")).toEqual({
      name: "my-filter",
      version: "0.1.0",
      language: "assemblyscript",
      source: "assembly/index.ts",
      abi: "proxy-wasm-0.2.1",
      rootIds: ["my-filter"],
    });
  });

  test("reads all that a filter can say", () => {
    const text = `${good}
description: "Adds a header: x"
license: Apache-2.0 OR MIT
authors: [me <me@example.com>]
repository: https://example.com/me/my-filter
documentation: https://example.com/docs
platforms: [envoy, istio, gloo, gateway]
capabilities: [proxy_http_call]
annotations: { example.com/team: edge }
config:
  schema: { type: object, properties: { header: { type: string } } }
  default: { header: x-hello }
`;
    expect(readManifest(text, "filter.yaml")).toEqual(parse(text));
  });

  test("reads anchors and aliases", () => {
    const text = good.replace("name: my-filter", "name: &name my-filter").replace("[my-filter]", "[*name]");
    expect(readManifest(text, "filter.yaml").rootIds).toEqual(["my-filter"]);
  });

  test.each([
    { name: "an empty file", text: "", problems: ["1:1: the file is empty"] },
    { name: "a file of comments", text: "# soon\n", problems: ["1:1: the file is empty"] },
    { name: "a text", text: "hello\n", problems: ["1:1: must be object"] },
    { name: "a list", text: "- a\n", problems: ["1:1: must be object"] },
    {
      name: "a tab for indentation",
      text: `${good}config:\n\tdefault: 1\n`,
      problems: ["8:1: Tabs are not allowed as indentation"],
    },
    {
      name: "a quote that does not end",
      text: `${good}description: "never\n`,
      problems: ['8:1: Missing closing "quote'],
    },
    { name: "a field twice", text: `${good}name: other\n`, problems: ["7:1: Map keys must be unique"] },
    {
      name: "two documents",
      text: `${good}---\n${good}`,
      problems: ["7:1: Source contains multiple documents; please use YAML.parseAllDocuments()"],
    },
    {
      name: "an alias of nothing",
      text: good.replace("[my-filter]", "[*name]"),
      problems: ["6:11: no anchor &name comes before this alias"],
    },
    { name: "an unknown field", text: `${good}colour: red\n`, problems: ['7:1: "colour" is not known here'] },
    {
      name: "an unknown field whose name is a number",
      text: `${good}7: red\n`,
      problems: ['7:1: "7" is not known here'],
    },
    {
      name: "an unknown field inside",
      text: `${good}config:\n  defaults: 1\n`,
      problems: ['8:3: config: "defaults" is not known here'],
    },
    {
      name: "a missing field",
      text: good.replace("language: assemblyscript\n", ""),
      problems: ['1:1: "language" is missing'],
    },
    {
      name: "a wrong type",
      text: good.replace("[my-filter]", "my-filter"),
      problems: ["6:10: rootIds: must be array"],
    },
    {
      name: "a wrong type in a list",
      text: good.replace("[my-filter]", "\n  - my-filter\n  - 7"),
      problems: ["8:5: rootIds.1: must be string"],
    },
    {
      name: "an empty list",
      text: good.replace("[my-filter]", "[]"),
      problems: ["6:10: rootIds: must NOT have fewer than 1 items"],
    },
    {
      name: "a version that YAML takes for a number",
      text: good.replace("0.1.0", "1.0"),
      problems: ["2:10: version: must be string"],
    },
    {
      name: "a version that is none",
      text: good.replace("0.1.0", "v1"),
      problems: ["2:10: version: must be a version like 0.1.0 (semver.org)"],
    },
    {
      name: "a name that no image can have",
      text: good.replace("name: my-filter", "name: My Filter"),
      problems: [/^1:7: name: must be lower-case letters/],
    },
    {
      name: "a language that is not known",
      text: good.replace("assemblyscript", "cobol"),
      problems: ['3:11: language: must be "assemblyscript"'],
    },
    {
      name: "a source above the folder",
      text: good.replace("assembly/index.ts", "../index.ts"),
      problems: ["4:9: source: must be a .ts file below the project's folder"],
    },
    {
      name: "an absolute source",
      text: good.replace("assembly/index.ts", "/index.ts"),
      problems: ["4:9: source: must be a .ts file below the project's folder"],
    },
    {
      name: "a value behind an alias",
      text: good.replace("my-filter]", "*p]").replace("name: my-filter", "name: my-filter\nannotations: { a: &p 7 }"),
      problems: ["2:22: annotations.a: must be string", "7:11: rootIds.0: must be string"],
    },
    {
      name: "several things, in the order of the file",
      text: good.replace("0.1.0", "v1").replace("assemblyscript", "cobol"),
      problems: [/^2:10/, /^3:11/],
    },
    {
      name: "a default that its schema refuses",
      text: `${good}config:\n  schema:\n    properties:\n      n: { type: number }\n  default:\n    n: many\n`,
      problems: ["12:8: config.default.n: must be number"],
    },
    {
      name: "a default that its schema does not know",
      text: `${good}config:\n  schema: { additionalProperties: false }\n  default:\n    n: many\n`,
      problems: ['10:5: config.default: "n" is not known here'],
    },
    {
      name: "a default that lacks something",
      text: `${good}config:\n  schema: { required: [n] }\n  default: {}\n`,
      problems: ['9:12: config.default: "n" is missing'],
    },
    {
      name: "a schema that is none",
      text: `${good}config:\n  schema: { type: strin }\n`,
      problems: [/^8:11: config\.schema is not a JSON Schema: .*type/],
    },
    {
      name: "a schema that asks another to be fetched",
      text: `${good}config:\n  schema: { $ref: "https://example.com/x.json" }\n`,
      problems: [/^8:11: config\.schema is not a JSON Schema/],
    },
    {
      name: "a schema that is checked some other time",
      text: `${good}config:\n  schema: { $async: true, type: object }\n  default: 7\n`,
      problems: [/^8:11: config\.schema is not a JSON Schema/],
    },
  ])("says where the mistake is: $name", ({ text, problems }) => {
    const found = problemsOf(text);
    expect(found).toEqual(
      problems.map((problem) => (typeof problem === "string" ? problem : (expect.stringMatching(problem) as string))),
    );
  });

  test("counts lines and columns as an editor does in a file with a byte order mark and Windows' line ends", () => {
    const text = `\uFEFF${good.replace("my-filter", "My").replaceAll("\n", "\r\n")}colour: red\r\n`;
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^1:7: name: must be lower-case/),
      '7:1: "colour" is not known here',
    ]);
    expect(readManifest(`\uFEFF${good.replaceAll("\n", "\r\n")}`, "filter.yaml")).toEqual(
      readManifest(good, "filter.yaml"),
    );
  });

  test("does not unfold a file that is made to explode", () => {
    const rows = Array.from({ length: 12 }, (_, n) => `x${n + 1}: &x${n + 1} [${`*x${n}, `.repeat(10)}]`);
    expect(problemsOf(`x0: &x0 [a]\n${rows.join("\n")}\n`)).toEqual([expect.stringMatching(/^1:1: .*alias/i)]);
  });
});

test("the schema of filter.yaml is a JSON Schema", () => {
  expect(() => compileSchema(manifestSchema, "it")).not.toThrow();
});

describe("docs/formats/filter-yaml.md", () => {
  const page = join(import.meta.dirname, "..", "docs", "formats", "filter-yaml.md");

  test("has every field of the schema, and says which are needed", async () => {
    const text = await readFile(page, "utf8");
    const nested = Object.keys(manifestSchema.properties.config.properties).map((key) => `config.${key}`);
    for (const field of [...Object.keys(manifestSchema.properties), ...nested]) {
      const row = text.split("\n").find((line) => line.startsWith(`| \`${field}\` |`));
      expect(row, `row of ${field}`).toBeDefined();
      const isNeeded = (manifestSchema.required as readonly string[]).includes(field);
      expect(row?.split("|")[2]?.trim(), `row of ${field}`).toBe(isNeeded ? "yes" : "");
    }
  });

  test("has an example that is valid", async () => {
    const example = /```yaml\n(.*?)```/s.exec(await readFile(page, "utf8"))?.[1] ?? "";
    expect(Object.keys(readManifest(example, "filter.yaml")).toSorted()).toEqual(
      Object.keys(manifestSchema.properties).toSorted(),
    );
  });
});
