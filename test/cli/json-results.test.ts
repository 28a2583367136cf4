import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { documentedResults } from "../../cli/testing.ts";
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

const documented = await documentedResults();

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

/** In the order of a filter's life: each needs what those before it have made. */
const life: readonly { readonly name: string; readonly words: (ref: string, host: string) => readonly string[] }[] = [
  { name: "init", words: () => ["other"] },
  { name: "build", words: (ref) => ["hello", "-t", ref] },
  { name: "list", words: () => [] },
  { name: "tag", words: (ref) => [ref, `${ref}.1`] },
  { name: "login", words: (_, host) => [host, "-u", "me", "--password-stdin"] },
  { name: "push", words: (ref) => [ref] },
  { name: "pull", words: (ref) => [ref] },
  { name: "inspect", words: (ref) => [ref] },
  { name: "deploy envoy", words: (ref) => [ref, "-b", "envoy.yaml"] },
  { name: "status", words: () => ["-b", "envoy.yaml"] },
  { name: "undeploy envoy", words: () => ["-b", "envoy.yaml"] },
  { name: "logout", words: (_, host) => [host] },
  { name: "doctor", words: () => [] },
];

test.each(life)("wasm $name --json", async ({ name, words }) => {
  const line = [...name.split(" "), ...words(`${hub.host}/me/hello:v1`, hub.host), "--json"];
  const { status, stdout, stderr } = await machine.run(line, { stdin: "x" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const example = documented.get(name);
  expect(shape(JSON.parse(stdout), example)).toEqual(shape(example, example));
});

test("wasm hub serve --json: a document that says where it is, before it is stopped", async () => {
  const child = machine.spawn(process.execPath, [wasm, "hub", "serve", "--listen", "127.0.0.1:0", "--json"]);
  const [text] = (await once(child.stdout?.setEncoding("utf8") ?? child, "data")) as [string];
  child.kill("SIGTERM");
  await once(child, "close");
  const example = documented.get("hub serve");
  expect(shape(JSON.parse(text), example)).toEqual(shape(example, example));
});

test("no command that has --json is forgotten here", () => {
  expect([...life.map(({ name }) => name), "hub serve"].toSorted()).toEqual([...documented.keys()].toSorted());
});
