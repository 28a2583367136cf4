import { expect, test } from "vitest";
import { defineCommand, type CommandTree } from "./command.ts";
import { Stopped } from "./env.ts";
import { OciError, RegistryError } from "#oci";
import { Person } from "./testing.ts";

function failingWith(error: unknown): CommandTree {
  const fail = defineCommand({
    summary: "Fail",
    arguments: {},
    flags: { json: { type: "boolean", description: "as JSON" } },
    examples: [],
    async run() {
      throw error;
    },
  });
  return { fail: { summary: "Fail", load: async () => fail } };
}

test.each([
  ["an error that is expected", new OciError("CONTENT_NOT_FOUND", "me/x:v1 not found in hub"), 1],
  ["a reference that does not parse", new OciError("REFERENCE_MALFORMED", "not an image reference"), 2],
  ["a registry that wants a password", new RegistryError("UNAUTHORIZED"), 4],
  ["a registry that denies", new RegistryError("DENIED"), 4],
  ["a fault of our own", new TypeError("x is undefined"), 1],
])("%s ends with its own status", async (_, error, status) => {
  await using person = await Person.arrives({ tree: failingWith(error) });
  expect((await person.types(["fail"])).status).toBe(status);
});

test("an error is one headline with its code, and a hint below, without a stack trace", async () => {
  const error = new OciError("CONTENT_NOT_FOUND", "me/x:v1 not found in hub", { hint: "build it first" });
  await using person = await Person.arrives({ tree: failingWith(error) });
  const { stderr, stdout } = await person.types(["fail"]);
  expect(stderr).toBe("error: me/x:v1 not found in hub [CONTENT_NOT_FOUND]\n  hint: build it first\n");
  expect(stdout).toBe("");
});

test("-v adds the stack trace", async () => {
  await using person = await Person.arrives({ tree: failingWith(new OciError("CONTENT_NOT_FOUND", "gone")) });
  expect((await person.types(["fail", "-v"])).stderr).toMatch(/\n\s+at /);
});

test("--json makes the error a document on stderr", async () => {
  const cause = new Error("connect ECONNREFUSED 127.0.0.1:1");
  const error = new OciError("CONTENT_NOT_FOUND", "gone", { hint: "look", cause, detail: { content: "x" } });
  await using person = await Person.arrives({ tree: failingWith(error) });
  const { stderr } = await person.types(["fail", "--json"]);
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: "CONTENT_NOT_FOUND",
      message: "gone",
      hint: "look",
      because: [cause.message],
      detail: { content: "x" },
    },
  });
});

test("a system error is said in words", async () => {
  const error = Object.assign(new Error("listen EADDRINUSE"), { code: "EADDRINUSE", address: "127.0.0.1", port: 5000 });
  await using person = await Person.arrives({ tree: failingWith(error) });
  expect((await person.types(["fail"])).stderr).toContain("127.0.0.1:5000: the port is in use");
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("what %s ends has the status %i", async (signalName, status) => {
  const signal = AbortSignal.abort(new Stopped(signalName));
  await using person = await Person.arrives({ tree: failingWith(signal.reason), signal });
  expect((await person.types(["fail"])).status).toBe(status);
});

test.each([
  [["biuld"], "did you mean wasm build?"],
  [["hub", "sreve"], "did you mean wasm hub serve?"],
  [["build", "--formt", "oci"], "did you mean --format?"],
  [["build", "--format", "ocii"], "did you mean oci?"],
  [["build", "--format"], "needs a value"],
  [["build", "-t", "--json"], "needs a value"],
  [["list", "extra"], 'unexpected argument "extra"'],
  [["push"], "REF is missing"],
  [["hub"], "wasm hub needs the name of a command"],
  [["list", "--json=yes"], "takes no value"],
  [["build", "-o", "a", "-o", "b"], "--output is given twice"],
])("%j cannot be carried out: status 2, and what to type", async (words, said) => {
  await using person = await Person.arrives();
  const { status, stderr, stdout } = await person.types(words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(said);
});

test("wasm alone shows every command, and --version the version", async () => {
  await using person = await Person.arrives();
  const { stdout, status } = await person.types([]);
  expect(status).toBe(0);
  for (const name of ["init", "deploy envoy", "hub serve", "doctor"]) expect(stdout).toContain(`  ${name} `);
  expect((await person.types(["--version"])).stdout).toMatch(/^wasm \d+\.\d+\.\d+\n$/);
});

test("a command's help fits the window", async () => {
  await using person = await Person.arrives({ columns: 72 });
  const { stdout } = await person.types(["deploy", "envoy", "--help"]);
  expect(stdout).toContain("wasm deploy envoy REF [FLAGS]");
  const prose = stdout.split("\n").filter((line) => !line.startsWith("  wasm "));
  expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(72);
});
