import { expect, test } from "vitest";
import { commands } from "./commands.ts";
import { findCommand, shownCommands } from "./find-command.ts";

test.each([
  { line: "push x", path: ["push"], rest: ["x"] },
  { line: "hub serve --data d", path: ["hub", "serve"], rest: ["--data", "d"] },
  { line: "-v push x", path: ["push"], rest: ["-v", "x"] },
  { line: "hub -q serve", path: ["hub", "serve"], rest: ["-q"] },
  { line: "hub --help", path: ["hub"], rest: ["--help"] },
  { line: "--version push", path: [], rest: ["--version", "push"] },
])("$line", ({ line, path, rest }) => {
  expect(findCommand(line.split(" "), commands)).toMatchObject({ path, rest });
});

test.each([
  { line: "psh", hint: "did you mean wasm push?" },
  { line: "PUSH", hint: "did you mean wasm push?" },
  { line: "deploy envo", hint: "did you mean wasm deploy envoy?" },
  { line: "ls", hint: "did you mean wasm list?" },
  { line: "new", hint: "did you mean wasm init?" },
  { line: "version", hint: "did you mean wasm --version?" },
  { line: "serve", hint: "did you mean wasm hub serve?" },
  { line: "envoy", hint: "did you mean wasm deploy envoy or wasm undeploy envoy?" },
  { line: "frobnicate", hint: "wasm --help lists the commands" },
  { line: "hub ls", hint: "wasm hub --help lists the commands" },
  { line: "constructor", hint: "wasm --help lists the commands" },
  { line: "hub __proto__", hint: "wasm hub --help lists the commands" },
])("$line is unknown: $hint", ({ line, hint }) => {
  expect(() => findCommand(line.split(" "), commands)).toThrow(expect.objectContaining({ code: "USAGE", hint }));
});

test("a hidden command is found, and not shown", () => {
  const load = async (): Promise<never> => Promise.reject(new Error("not loaded"));
  const tree = { open: { summary: "", load }, secret: { summary: "", load, hidden: true } };
  expect(shownCommands(tree)).toEqual(["open"]);
  expect(findCommand(["secret"], tree).path).toEqual(["secret"]);
});
