import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Machine, wasm } from "./machine.ts";

const execute = promisify(execFile);

/** An older Node.js of the machine, if it has one. */
async function olderNode(): Promise<string | undefined> {
  for (const path of ["/usr/bin/node", "/usr/local/bin/node"]) {
    const version = await access(path).then(
      () => execute(path, ["--version"]).then(({ stdout }) => stdout),
      () => "",
    );
    if (/^v(?:1[2-9]|2[0-3])\./.test(version)) return path;
  }
  return undefined;
}

const older = await olderNode();

test.each(["12.22.0", "18.19.1", "23.11.0"])("Node.js %s: one line that says so, and status 2", async (version) => {
  await using machine = await Machine.start();
  // The file runs as it is, in a process that says that it is older.
  const fake = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
  const child = machine.spawn(process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(fake)}`, wasm]);
  let printed = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const status = await new Promise((resolve) => child.once("close", resolve));
  expect(status).toBe(2);
  expect(printed).toBe(`error: wasm needs Node.js 24 or newer, and this is ${version}: https://nodejs.org\n`);
});

test.skipIf(older === undefined)("an older Node.js of this machine can read the file, and ends as well", async () => {
  const failure = await execute(older ?? "", [wasm, "--version"]).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 2, stdout: "" });
  expect((failure as { stderr: string }).stderr).toMatch(
    /^error: wasm needs Node\.js 24 or newer, and this is [\d.]+: .*\n$/,
  );
});
