import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestHub, type TestHub } from "../../registry/testing.ts";
import { filterExports, writeModule } from "../../module/testing.ts";
import { Machine } from "./machine.ts";

let machine: Machine;
let hub: TestHub;
beforeAll(async () => {
  machine = await Machine.start();
  hub = await startTestHub();
  await machine.keepImage(`${hub.host}/me/x`, "v1");
});
afterAll(async () => {
  await machine[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

describe("results go to stdout, everything else to stderr", () => {
  test("a push in a pipe is one line on each, without a word about what was quick", async () => {
    const { stdout, stderr } = await machine.run(["push", `${hub.host}/me/x:v1`]);
    expect(stdout).toMatch(/^127\.0\.0\.1:\d+\/me\/x:v1@sha256:[0-9a-f]{64}\n$/);
    expect(stderr).toMatch(/^sent 4 items, \d+(?:\.\d)? K?i?B in \d+\.\d s\n$/);
  });

  test("a second push says that nothing was sent", async () => {
    const { stderr } = await machine.run(["push", `${hub.host}/me/x:v1`]);
    expect(stderr).toBe("nothing was sent: all 4 items were there already\n");
  });

  test("--quiet leaves the result", async () => {
    const { stdout, stderr } = await machine.run(["push", `${hub.host}/me/x:v1`, "--quiet"]);
    expect(stdout).toContain("@sha256:");
    expect(stderr).toBe("");
  });

  test("whoever reads may stop early", async () => {
    const { status, stdout, stderr } = await machine.bash('wasm --help | head -n 1; exit "${PIPESTATUS[0]}"');
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n")).toHaveLength(2);
  });

  test.each(["wasm --help", "wasm list --json"])("%s > /dev/full is a failure that is told", async (line) => {
    const { status, stderr } = await machine.bash(`${line} > /dev/full`);
    expect(status).toBe(1);
    expect(stderr).toContain("the result could not be written to stdout: no space left on the disk");
    expect(stderr).toContain("OUTPUT_FAILED");
  });

  test("a folder that was removed meanwhile is no fault", async () => {
    const { status } = await machine.bash("mkdir gone && cd gone && rmdir ../gone && wasm --version");
    expect(status).toBe(0);
  });
});

describe("--json", () => {
  test("stdout is one document, and stderr is empty", async () => {
    const { stdout, stderr } = await machine.run(["pull", `${hub.host}/me/x:v1`, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ reference: `${hub.host}/me/x:v1`, skipped: 4 });
    expect(stderr).toBe("");
  });

  test.each([
    { words: ["inspect", "me/no:v1", "--json"], status: 1, code: "CONTENT_NOT_FOUND" },
    { words: ["push", "--json"], status: 2, code: "USAGE" },
    { words: ["nonsense", "--json"], status: 2, code: "USAGE" },
    { words: ["list", "--jsn", "--json"], status: 2, code: "USAGE" },
    { words: ["pull", "127.0.0.1:9/x/y:v1", "--json"], status: 1, code: "REGISTRY_UNREACHABLE" },
  ])("$words: the error is one line of stderr, and stdout is empty", async ({ words, status, code }) => {
    const ended = await machine.run(words);
    expect(ended).toMatchObject({ status, stdout: "" });
    expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
    const { error } = JSON.parse(ended.stderr) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code, message: expect.stringMatching(/./) as string, detail: {} });
  });

  test("after -- it is a word like any other", async () => {
    const { stderr } = await machine.run(["inspect", "--", "--json"]);
    expect(stderr).toMatch(/^error: /);
  });
});

describe("--progress", () => {
  test("json: an object for each event, whose bytes add up", async () => {
    await machine.keepImage(
      `${hub.host}/me/json`,
      "v1",
      writeModule({ exports: filterExports, custom: { a: new Uint8Array(9) } }),
    );
    const { stdout, stderr } = await machine.run(["push", `${hub.host}/me/json:v1`, "--progress", "json", "--json"]);
    const { copiedBytes } = JSON.parse(stdout) as { copiedBytes: number };
    const events = stderr
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { progress: Event }).progress);
    const states = new Map<number, string[]>();
    for (const { id, state } of events) states.set(id, [...(states.get(id) ?? []), state]);
    for (const seen of states.values()) expect([seen[0], seen.at(-1)]).toEqual(["begun", "done"]);
    const sum = events.reduce((bytes, { state, bytes: more }) => (state === "done" ? bytes + more : bytes), 0);
    expect(sum).toBe(copiedBytes);
  });

  interface Event {
    readonly id: number;
    readonly state: string;
    readonly bytes: number;
  }

  test("none: nothing, at a terminal too", async () => {
    const terminal = await machine.terminal(["push", `${hub.host}/me/x:v1`, "--progress", "none"]);
    const { raw } = await terminal.ends();
    expect(raw).not.toContain("\u001b[J");
  });

  test("a terminal that cannot move its cursor gets lines", async () => {
    const terminal = await machine.terminal(["push", `${hub.host}/me/x:v1`], { vars: { TERM: "dumb" } });
    const { raw, status } = await terminal.ends();
    expect(status).toBe(0);
    expect(raw).not.toContain("\u001b");
  });
});

describe("colours", () => {
  const coloured = "\u001b[";
  test.each([
    { where: "pipe", vars: {}, isColoured: false },
    { where: "pipe", vars: { FORCE_COLOR: "1" }, isColoured: true },
    { where: "pipe", vars: { FORCE_COLOR: "1", NO_COLOR: "1" }, isColoured: true },
    { where: "terminal", vars: {}, isColoured: true },
    { where: "terminal", vars: { NO_COLOR: "1" }, isColoured: false },
    { where: "terminal", vars: { NO_COLOR: "" }, isColoured: true },
    { where: "terminal", vars: { FORCE_COLOR: "0" }, isColoured: false },
  ])("in a $where with $vars: $isColoured", async ({ where, vars, isColoured }) => {
    const words = ["nonsense"];
    const printed =
      where === "pipe"
        ? (await machine.run(words, { vars })).stderr
        : (await (await machine.terminal(words, { vars })).ends()).raw;
    expect(printed.includes(coloured)).toBe(isColoured);
    expect(printed).not.toContain("Warning");
  });
});

describe("folders", () => {
  test("the store is below XDG_DATA_HOME, and nothing is written in the home folder", async () => {
    await using elsewhere = await Machine.start();
    await mkdir(join(elsewhere.home, "home"));
    const vars = { HOME: join(elsewhere.home, "home"), XDG_DATA_HOME: join(elsewhere.home, "data") };
    await elsewhere.run(["pull", `${hub.host}/me/x:v1`], { vars });
    const files = await elsewhere.files();
    expect(files).toContain("data/wasm-hub/store/index.json");
    expect(files.filter((name) => name.startsWith("home/"))).toEqual([]);
  });

  test("a relative XDG_DATA_HOME is ignored, as its specification says", async () => {
    const { stdout } = await machine.run(["list", "--json"], { vars: { XDG_DATA_HOME: "data" } });
    expect(stdout).toContain("/me/x:v1");
  });

  test("DOCKER_CONFIG says where the credentials are", async () => {
    await using other = await Machine.start();
    const folder = join(other.home, "docker");
    const login = ["login", hub.host, "-u", "me", "--password-stdin"];
    await other.run(login, { stdin: "any", vars: { DOCKER_CONFIG: folder } });
    expect(await other.files()).toEqual(["docker", "docker/config.json"]);
  });

  test("listing, looking and planning make no store", async () => {
    await using empty = await Machine.start();
    await empty.run(["list"]);
    await empty.run(["inspect", "me/x:v1"]);
    await empty.run(["tag", "me/x:v1", "me/y:v1"]);
    await empty.run(["push", `${hub.host}/me/x:v1`]);
    await empty.run(["pull", `${hub.host}/me/x:v1`, "--dry-run"]);
    await empty.run(["doctor"]);
    expect(await empty.files()).toEqual([]);
  });
});

test("a port that is in use is said in words", async () => {
  const { status, stderr } = await machine.run(["hub", "serve", "--listen", hub.host]);
  expect(status).toBe(1);
  expect(stderr).toBe(
    `error: another process listens on ${hub.host} [HUB_PORT_IN_USE]\n  hint: choose another port with --listen; port 0 takes a free one\n`,
  );
});

test("-v adds the stack trace of the error and of its cause, and nothing else does", async () => {
  await writeFile(join(machine.home, "filter.wasm"), "text");
  expect((await machine.run(["inspect", "filter.wasm"])).stderr).not.toMatch(/^\s+at /m);
  const { stderr } = await machine.run(["pull", "127.0.0.1:9/me/x:v1", "-v"]);
  expect(stderr).toMatch(/^ClientError \[REGISTRY_UNREACHABLE\]: [^\n]*\n\s+at /m);
  expect(stderr).toContain("caused by ");
});

test("what inspect fetches from a registry it shows, as other transfers", async () => {
  await machine.run(["push", `${hub.host}/me/x:v1`]);
  const words = ["inspect", `${hub.host}/me/x:v1`, "--progress", "json", "--json"];
  const { stdout, stderr } = await machine.run(words, { vars: { XDG_DATA_HOME: join(machine.home, "empty") } });
  const { module } = JSON.parse(stdout) as { module: { sizeBytes: number } };
  const last = JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "") as { progress: unknown };
  expect(last.progress).toMatchObject({ state: "done", bytes: module.sizeBytes, totalBytes: module.sizeBytes });
});
