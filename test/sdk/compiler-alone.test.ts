import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkModule } from "#module";

// What the documentation says of the compiler on its own, done in a folder as npm would leave it.

const root = fileURLToPath(new URL("../..", import.meta.url));
const inRoot = (...path: string[]): string => join(root, ...path);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wasm-hub-alone-"));
  await mkdir(join(folder, "node_modules", "@wasm-hub"), { recursive: true });
  await cp(inRoot("sdk"), join(folder, "node_modules", "@wasm-hub", "sdk"), { recursive: true });
  await symlink(inRoot("node_modules", "assemblyscript"), join(folder, "node_modules", "assemblyscript"));
  await mkdir(join(folder, "assembly"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each([
  {
    page: "sdk/README.md",
    source: inRoot("templates", "assemblyscript", "assembly", "index.ts"),
    module: "filter.wasm",
    callback: "proxy_on_response_headers",
  },
  {
    page: "docs/guides/from-proxy-runtime.md",
    source: inRoot("test", "sdk", "filters", "proxy-runtime", "headers.ts"),
    module: "build/optimized.wasm",
    callback: "proxy_on_request_headers",
  },
])("the command in $page builds a filter", async ({ page, source, module, callback }) => {
  const command = /npx asc (?:[^\n]*\\\n)*[^\n]*/.exec(await readFile(inRoot(page), "utf8"))?.[0] ?? "";
  await writeFile(join(folder, "assembly", "index.ts"), await readFile(source, "utf8"));
  const asc = `'${process.execPath}' '${inRoot("node_modules", "assemblyscript", "bin", "asc.js")}'`;
  await promisify(execFile)("sh", ["-c", command.replace("npx asc", asc)], { cwd: folder });
  const { exports } = checkModule(await readFile(join(folder, module)));
  expect(exports.map(({ name }) => name)).toContain(callback);
});
