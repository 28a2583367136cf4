import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startTestHub } from "../../registry/testing.ts";
import { Machine, smallestFilter } from "./machine.ts";

// At a terminal a command asks for what is missing; anywhere else it names it.

const enter = "\r";
const down = "\u001b[B";

test("init asks for the folder, and says what comes next", async () => {
  await using machine = await Machine.start();
  const terminal = await machine.terminal(["init"]);
  await terminal.shows("Which folder?");
  terminal.type(`hello${enter}`);
  const { status, text } = await terminal.ends();
  expect(status).toBe(0);
  expect(text).toContain("hello/filter.yaml\n");
  const next = text.slice(text.indexOf("hello is ready. Next:"));
  expect([...next.matchAll(/^ {2}(\S.*)$/gm)].map(([, command]) => command)).toEqual([
    "cd hello",
    "wasm build -t 127.0.0.1:5000/me/hello:v1",
    "wasm push 127.0.0.1:5000/me/hello:v1",
    "wasm deploy envoy 127.0.0.1:5000/me/hello:v1 -b envoy.yaml",
  ]);
});

test("login asks for registry, name and password, and shows no letter of the password", async () => {
  await using machine = await Machine.start();
  await using hub = await startTestHub();
  const terminal = await machine.terminal(["login"]);
  await terminal.shows("Which registry?");
  terminal.type(`${hub.host}${enter}`);
  await terminal.shows("Username");
  terminal.type(`me${enter}`);
  await terminal.shows("Password");
  terminal.type(`secret${enter}`);
  const { status, text, isRestored } = await terminal.ends();
  expect({ status, isRestored }).toEqual({ status: 0, isRestored: true });
  expect(text).not.toContain("secret");
  const config = JSON.parse(await readFile(join(machine.home, ".docker", "config.json"), "utf8")) as {
    auths: Record<string, { auth: string }>;
  };
  expect(Buffer.from(config.auths[hub.host]?.auth ?? "", "base64").toString()).toBe("me:secret");
});

test("push offers the images that are here", async () => {
  await using machine = await Machine.start();
  await using hub = await startTestHub();
  await machine.keepImage(`${hub.host}/me/a`, "v1");
  await machine.keepImage(`${hub.host}/me/b`, "v1");
  const terminal = await machine.terminal(["push"]);
  await terminal.shows(`${hub.host}/me/b:v1`);
  terminal.type(`${down}${enter}`);
  const { status, text } = await terminal.ends();
  expect(status).toBe(0);
  expect(text).toMatch(new RegExp(`${hub.host}/me/b:v1@sha256:[0-9a-f]{64}\\n$`));
});

test("a bootstrap that is not there is asked for again", async () => {
  await using machine = await Machine.start();
  const terminal = await machine.terminal(["status"]);
  await terminal.shows("Which bootstrap was Envoy started with?");
  terminal.type(enter);
  await terminal.shows("there is no envoy.yaml");
  terminal.interrupt();
  expect(await terminal.ends()).toMatchObject({ status: 130, isRestored: true });
});

test.each([
  { words: ["init"], names: "FOLDER" },
  { words: ["login"], names: "HOST" },
  { words: ["login", "hub.example"], names: "--username" },
  { words: ["login", "hub.example", "-u", "me"], names: "--password-stdin" },
  { words: ["push"], names: "REF" },
  { words: ["pull"], names: "REF" },
  { words: ["tag", "me/x"], names: "NEW_REF" },
  { words: ["inspect"], names: "REF|FILE" },
  { words: ["completion"], names: "SHELL" },
  { words: ["deploy", "envoy", "me/x"], names: "--bootstrap" },
  { words: ["undeploy", "envoy"], names: "--bootstrap" },
  { words: ["status"], names: "--bootstrap" },
])("without a terminal: wasm $words names $names", async ({ words, names }) => {
  await using machine = await Machine.start();
  const { status, stderr } = await machine.run(words);
  expect(status).toBe(2);
  expect(stderr).toContain(names);
  expect(stderr).toContain("hint: ");
  expect(stderr).toContain(`usage: wasm ${words[0]}`);
});

test("--json asks nothing, at a terminal too", async () => {
  await using machine = await Machine.start();
  const { status, text } = await (await machine.terminal(["push", "--json"])).ends();
  expect(status).toBe(2);
  expect(JSON.parse(text)).toMatchObject({ error: { code: "USAGE", message: "REF is missing" } });
});

test.each([40, 72, 200])("in a window of %i columns help stays within it", async (columns) => {
  await using machine = await Machine.start();
  for (const words of [["--help"], ["deploy", "envoy", "--help"]]) {
    const { text } = await (await machine.terminal(words, { columns })).ends();
    const lines = text.split("\n").filter((line) => !line.startsWith("  wasm "));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.min(columns, 100));
  }
});

test("in a narrow window a list is cut, and not wrapped; in a pipe it is whole", async () => {
  await using machine = await Machine.start();
  await machine.keepImage("me/x", "v1", smallestFilter, "Does something that takes many words to be told");
  const { text } = await (await machine.terminal(["list"], { columns: 72 })).ends();
  for (const line of text.trimEnd().split("\n")) expect(line.length).toBeLessThan(72);
  expect(text).toContain("…");
  expect((await machine.run(["list"])).stdout).toContain("many words to be told\n");
});
