import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestHub, type TestHub } from "../../registry/testing.ts";
import { filterExports, writeModule } from "../../module/testing.ts";
import { type Ended, Machine } from "./machine.ts";

// Whatever changes something outside of the project and the store shows it first, and changes nothing.

let machine: Machine;
let hub: TestHub;
beforeEach(async () => {
  [machine, hub] = await Promise.all([Machine.start(), startTestHub()]);
  await machine.keepImage(`${hub.host}/me/x`, "v1");
  for (const name of ["envoy.yaml", "listeners.yaml"]) {
    await writeFile(join(machine.home, name), await readFile(new URL(`../../docs/tour/${name}`, import.meta.url)));
  }
});
afterEach(async () => {
  await machine[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

/** No Envoy program, so that nothing is tried: what is tested here is what is written. */
const vars = { PATH: "/usr/bin:/bin" };

async function fingerprint(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(folder, { recursive: true })).toSorted()) {
    const path = join(folder, name);
    hash.update(name);
    if ((await stat(path)).isFile()) hash.update(await readFile(path));
  }
  return hash.digest("hex");
}

/** Runs it with --dry-run and expects that it changed nothing; then for real, and expects that it did. */
async function plannedThenDone(words: readonly string[], stdin = ""): Promise<Ended> {
  const before = await fingerprint(machine.home);
  const planned = await machine.run([...words, "--dry-run"], { vars, stdin });
  expect(planned).toMatchObject({ status: 0 });
  expect(await fingerprint(machine.home)).toBe(before);
  const done = await machine.run(words, { vars, stdin });
  expect(done).toMatchObject({ status: 0 });
  return planned;
}

test("push: what the tag leads to now and then, and what would be sent", async () => {
  const ref = `${hub.host}/me/x:v1`;
  const first = await plannedThenDone(["push", ref]);
  expect(first.stdout).toMatch(/^.*\/me\/x:v1\n\+ sha256:[0-9a-f]{64}\n/);
  expect(first.stdout).toMatch(/^copy +sha256:[0-9a-f]{12} +\d+ B +application\/vnd\.module\.wasm\.content\.layer/m);
  expect(first.stderr).toMatch(/^dry run: nothing was copied; 4 items \(.*\) would be\n$/);
  const old = /sha256:[0-9a-f]{64}/.exec(first.stdout)?.[0];

  await machine.keepImage(
    `${hub.host}/me/x`,
    "v1",
    writeModule({ exports: filterExports, custom: { a: new Uint8Array(1) } }),
  );
  const { stdout } = await machine.run(["push", ref, "--dry-run"]);
  expect(stdout).toMatch(new RegExp(`/me/x:v1\\n- ${old}\\n\\+ sha256:[0-9a-f]{64}\\n`));
  const document = JSON.parse((await machine.run(["push", ref, "--dry-run", "--json"])).stdout) as { items: Item[] };
  expect(document).toMatchObject({ reference: ref, currentDigest: old });
  expect(new Set(document.items.map(({ action }) => action))).toEqual(new Set(["copy", "skip"]));

  const there = await machine.run(["inspect", ref, "--json"], { vars: { XDG_DATA_HOME: join(machine.home, "empty") } });
  expect(JSON.parse(there.stdout)).toMatchObject({ where: "registry", digest: old });
});

interface Item {
  readonly action: string;
}

test("pull: into a store that is not even made", async () => {
  await machine.run(["push", `${hub.host}/me/x:v1`]);
  await using other = await Machine.start();
  const { stdout, status } = await other.run(["pull", `${hub.host}/me/x:v1`, "--dry-run"]);
  expect(status).toBe(0);
  expect(stdout.match(/^copy/gm)).toHaveLength(4);
  expect(await other.files()).toEqual([]);
});

test("deploy: the diff of every file", async () => {
  const { stdout, stderr } = await plannedThenDone(["deploy", "envoy", `${hub.host}/me/x:v1`, "-b", "envoy.yaml"]);
  expect(stdout).toMatch(/^\+\+\+ .*\/listeners\.yaml$/m);
  expect(stdout).toMatch(/^\+ +- name: wasm-hub\.x/m);
  expect(stderr).toBe("dry run: nothing was changed\n");
});

test("undeploy: the same diff backwards", async () => {
  await machine.run(["deploy", "envoy", `${hub.host}/me/x:v1`, "-b", "envoy.yaml"], { vars });
  const { stdout } = await plannedThenDone(["undeploy", "envoy", "-b", "envoy.yaml"]);
  expect(stdout).toMatch(/^- +- name: wasm-hub\.x/m);
});

test("login and logout: whose password would be kept and taken away, and where", async () => {
  const login = await plannedThenDone(["login", hub.host, "-u", "me", "--password-stdin"], "secret");
  expect(login.stdout).toBe(`+ ${hub.host}: me\n`);
  expect(login.stderr).toContain(join(machine.home, ".docker", "config.json"));
  expect(login.stdout + login.stderr).not.toContain("secret");

  const other = await machine.run(["login", hub.host, "-u", "you", "--password-stdin", "--dry-run"], { stdin: "x" });
  expect(other.stdout).toBe(`- ${hub.host}: me\n+ ${hub.host}: you\n`);

  const logout = await plannedThenDone(["logout", hub.host]);
  expect(logout.stdout).toBe(`- ${hub.host}: me\n`);
  expect((await machine.run(["logout", hub.host, "--dry-run"])).stderr).toBe(`there is no password for ${hub.host}\n`);
});

test("doctor --fix: what would be mended", async () => {
  await machine.run(["login", hub.host, "-u", "me", "--password-stdin"], { stdin: "secret" });
  await machine.bash("chmod 644 .docker/config.json");
  const words = ["doctor", "--fix", "--dry-run"];
  const { stdout, stderr } = await machine.run(words, { vars });
  expect(stdout).toContain("--fix would let only you read");
  expect(stderr).toContain("wasm doctor --fix mends");
  expect((await stat(join(machine.home, ".docker", "config.json"))).mode & 0o777).toBe(0o644);
});
