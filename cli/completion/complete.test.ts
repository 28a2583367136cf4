import { expect, test } from "vitest";
import { commands } from "../commands.ts";
import { complete } from "./complete.ts";
import type { CompletionSource } from "./completion-source.ts";

const source: CompletionSource = {
  commands,
  references: async () => [{ value: "hub.example/me/x:v1", description: "sha256:abc" }],
  registries: async () => [{ value: "hub.example" }],
};

/** The last word is what is being typed. */
async function values(line: string): Promise<readonly string[]> {
  return (await complete(line.split(" "), commands, source)).candidates.map(({ value }) => value);
}

test.each([
  { line: "de", offered: ["deploy"] },
  { line: "deploy ", offered: ["envoy"] },
  { line: "-v hub s", offered: ["serve"] },
  { line: "--ver", offered: ["--verbose", "--version"] },
  { line: "hub --ver", offered: ["--verbose"] },
  { line: "nonsense ", offered: [] },
  { line: "push --pr", offered: ["--progress"] },
  { line: "push --progress ", offered: ["auto", "plain", "json", "none"] },
  { line: "push --progress=p", offered: ["--progress=plain"] },
  { line: "push --progress=plain --pr", offered: [] },
  { line: "build -t a --ta", offered: ["--tag"] },
  { line: "build -t ", offered: ["hub.example/me/x:v1"] },
  { line: "push ", offered: ["hub.example/me/x:v1"] },
  { line: "push --json ", offered: ["hub.example/me/x:v1"] },
  { line: "push x ", offered: [] },
  { line: "push -- ", offered: ["hub.example/me/x:v1"] },
  { line: "push -- --j", offered: [] },
  { line: "push --no=", offered: [] },
  { line: "push --json=", offered: [] },
  { line: "login h", offered: ["hub.example"] },
  { line: "help hub ", offered: ["serve"] },
  { line: "help push ", offered: [] },
  { line: "list constructor", offered: [] },
])("wasm $line⇥", async ({ line, offered }) => {
  expect(await values(line)).toEqual(offered);
});

test.each([
  { line: "build ", paths: "folders" },
  { line: "build -o ", paths: "files" },
  { line: "build --output=x", paths: "files" },
  { line: "hub serve --data ", paths: "folders" },
  { line: "push ", paths: undefined },
])("wasm $line⇥ leaves paths to the shell: $paths", async ({ line, paths }) => {
  expect((await complete(line.split(" "), commands, source)).paths).toBe(paths);
});

test("commands and flags come with what they do", async () => {
  const { candidates } = await complete(["pus"], commands, source);
  expect(candidates).toEqual([{ value: "push", description: commands["push"]?.summary }]);
});
