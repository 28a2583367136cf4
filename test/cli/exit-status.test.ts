import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestHub } from "../../registry/testing.ts";
import { Machine } from "./machine.ts";

let machine: Machine;
beforeAll(async () => void (machine = await Machine.start()));
afterAll(() => machine[Symbol.asyncDispose]());

test.each([
  { what: "wasm alone", words: [] },
  { what: "a version", words: ["--version"] },
  { what: "help", words: ["help", "hub", "serve"] },
  { what: "a list of nothing", words: ["list"] },
])("0: $what", async ({ words }) => {
  expect(await machine.run(words)).toMatchObject({ status: 0 });
});

test.each([
  { what: "an image that is not here", words: ["inspect", "me/x:v1"], code: "CONTENT_NOT_FOUND" },
  { what: "a folder without a project", words: ["build"], code: "PROJECT_NOT_FOUND" },
  { what: "a bootstrap that is not there", words: ["status", "-b", "no.yaml"], code: "BOOTSTRAP_UNREADABLE" },
  { what: "a registry that is not there", words: ["pull", "127.0.0.1:9/me/x:v1"], code: "REGISTRY_UNREACHABLE" },
])("1: $what", async ({ words, code }) => {
  const { status, stdout, stderr } = await machine.run(words);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(`[${code}]`);
});

test.each([
  { what: "an unknown command", words: ["bild"], said: "did you mean wasm build?" },
  { what: "a command of another tool", words: ["images"], said: "did you mean wasm list?" },
  { what: "the second word alone", words: ["serve"], said: "did you mean wasm hub serve?" },
  { what: "a group alone", words: ["deploy"], said: "type wasm deploy envoy" },
  { what: "an unknown flag", words: ["list", "--jsn"], said: "did you mean --json?" },
  { what: "a missing argument", words: ["push"], said: "REF is missing" },
  { what: "a reference that does not parse", words: ["push", "hub.example/Me:v1"], said: "must be lower case" },
  { what: "a port that is none", words: ["hub", "serve", "--listen", "here"], said: "--listen cannot be" },
])("2: $what", async ({ words, said }) => {
  const { status, stdout, stderr } = await machine.run(words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(said);
});

test("4: a registry that wants a password, and one that gets a wrong one", async () => {
  const users = join(machine.home, "users");
  await writeFile(users, `me:${bcrypt.hashSync("right", 4)}\n`);
  await using hub = await startTestHub({ htpasswdFile: users });
  const anonymous = await machine.run(["pull", `${hub.host}/me/x:v1`]);
  expect(anonymous).toMatchObject({ status: 4 });
  expect(anonymous.stderr).toContain(`wasm login ${hub.host}`);
  const login = ["login", hub.host, "-u", "me", "--password-stdin"];
  expect(await machine.run(login, { stdin: "wrong\n" })).toMatchObject({ status: 4 });
  expect(await machine.run(login, { stdin: "right\n" })).toMatchObject({ status: 0 });
});

test.each([
  { signal: "SIGINT", status: 130 },
  { signal: "SIGTERM", status: 0 },
  { signal: "SIGHUP", status: 0 },
] as const)("$signal ends a hub with $status, after it has said where it was", async ({ signal, status }) => {
  const child = machine.spawn("bash", ["-c", 'exec "$0" "$@"', process.execPath, ...hubWords(machine)]);
  let printed = "";
  child.stdout?.setEncoding("utf8");
  for await (const text of child.stdout ?? []) {
    printed += text as string;
    if (printed.includes("\n")) child.kill(signal);
  }
  const ended = child.exitCode ?? (await new Promise((resolve) => child.once("close", resolve)));
  expect(ended).toBe(status);
  expect(printed).toMatch(/^the hub listens on http:\/\/127\.0\.0\.1:\d+\n$/);
});

function hubWords({ home }: Machine): readonly string[] {
  const wasm = new URL("../../cli/wasm.js", import.meta.url).pathname;
  return [wasm, "hub", "serve", "--listen", "127.0.0.1:0", "--data", join(home, "hub")];
}
