import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CommandGroup, isGroup } from "../command.ts";
import { commands } from "../commands.ts";
import { leaves } from "../help.ts";

const root: CommandGroup = { summary: "", commands };
const names = leaves([], root).map(({ path }) => path.join(" "));

async function load(name: string) {
  let tree = commands;
  for (const word of name.split(" ")) {
    const node = tree[word];
    if (!node) throw new Error(`no ${word}`);
    if (!isGroup(node)) return { node, command: await node.load() };
    tree = node.commands;
  }
  throw new Error("a group");
}

test.each(names)("%s: the summary in the tree is the command's own, and flags have no name twice", async (name) => {
  const { node, command } = await load(name);
  expect(command.summary).toBe(node.summary);
  expect(command.summary).not.toMatch(/\.$/);
  const shorts = Object.values(command.flags).flatMap(({ short }) => (short === undefined ? [] : [short]));
  expect(new Set(shorts).size).toBe(shorts.length);
  expect(shorts).not.toContain("v");
});

test.each(names)("%s: a command that prints a result has --json, and shows what it prints", async (name) => {
  const { command } = await load(name);
  expect("json" in command.flags).toBe(command.json !== undefined);
});

test("the reference page names every command", async () => {
  const page = await readFile(join(import.meta.dirname, "../../docs/reference/cli.md"), "utf8");
  for (const name of names) expect(page).toContain(`## wasm ${name}\n`);
});
