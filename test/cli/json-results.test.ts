import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isGroup } from "../../cli/command.ts";
import { commands } from "../../cli/commands.ts";
import { startTestHub, type TestHub } from "../../registry/testing.ts";
import { Machine, wasm } from "./machine.ts";

// With --json each command prints what its reference page shows: the same keys, and values of the same types.

let machine: Machine;
let hub: TestHub;
beforeAll(async () => {
  machine = await Machine.start({ PATH: "/usr/bin:/bin" });
  hub = await startTestHub();
  await machine.run(["init", "hello"]);
  for (const name of ["envoy.yaml", "listeners.yaml"]) {
    await writeFile(join(machine.home, name), await readFile(new URL(`../../docs/tour/${name}`, import.meta.url)));
  }
});
afterAll(async () => {
  await machine[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

const seen = new Set<string>();

/** Runs it, and holds what it prints to the example that its declaration gives. */
async function expectAsDocumented(name: string, words: readonly string[], stdin = ""): Promise<void> {
  seen.add(name);
  const { status, stdout, stderr } = await machine.run([...name.split(" "), ...words, "--json"], { stdin });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const example = await exampleOf(name);
  expect(shape(JSON.parse(stdout), example)).toEqual(shape(example, example));
}

async function exampleOf(name: string): Promise<unknown> {
  let tree = commands;
  for (const word of name.split(" ")) {
    const node = tree[word];
    if (node && !isGroup(node)) return (await node.load()).json;
    tree = node?.commands ?? {};
  }
  throw new Error(`no command ${name}`);
}

/** Keys in order, and those of a list's first item. `{}` in the example stands for an object whose keys are free. */
function shape(value: unknown, example: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(example)) {
    return value.length === 0 || example.length === 0 ? [] : [shape(value[0], example[0])];
  }
  if (!isObject(value) || !isObject(example)) return typeof value === typeof example ? "same type" : null;
  if (Object.keys(example).length === 0) return {};
  return Object.entries(value).map(([key, inner]) => [key, shape(inner, example[key])]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

test("a filter's life, command by command", async () => {
  const ref = `${hub.host}/me/hello:v1`;
  await expectAsDocumented("init", ["other"]);
  await expectAsDocumented("build", ["hello", "-t", ref]);
  await expectAsDocumented("list", []);
  await expectAsDocumented("tag", [ref, `${hub.host}/me/hello:v2`]);
  await expectAsDocumented("login", [hub.host, "-u", "me", "--password-stdin"], "x");
  await expectAsDocumented("push", [ref]);
  await expectAsDocumented("pull", [ref]);
  await expectAsDocumented("inspect", [ref]);
  await expectAsDocumented("deploy envoy", [ref, "-b", "envoy.yaml"]);
  await expectAsDocumented("status", ["-b", "envoy.yaml"]);
  await expectAsDocumented("undeploy envoy", ["-b", "envoy.yaml"]);
  await expectAsDocumented("logout", [hub.host]);
  await expectAsDocumented("doctor", []);
}, 60_000);

test("a hub tells where it is in one document, and then its log in lines", async () => {
  seen.add("hub serve");
  const child = machine.spawn(process.execPath, [wasm, "hub", "serve", "--listen", "127.0.0.1:0", "--json"]);
  const [text] = (await once(child.stdout?.setEncoding("utf8") ?? child, "data")) as [string];
  child.kill("SIGTERM");
  await once(child, "close");
  const example = await exampleOf("hub serve");
  expect(shape(JSON.parse(text), example)).toEqual(shape(example, example));
});

test("no command with --json is forgotten here", async () => {
  const documented: string[] = [];
  const visit = async (path: readonly string[], tree: typeof commands): Promise<void> => {
    for (const [name, node] of Object.entries(tree)) {
      const own = [...path, name];
      if (isGroup(node)) await visit(own, node.commands);
      else if ((await node.load()).json !== undefined) documented.push(own.join(" "));
    }
  };
  await visit([], commands);
  expect([...seen].toSorted()).toEqual(documented.toSorted());
});
