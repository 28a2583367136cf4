import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const execute = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));
const program = fileURLToPath(new URL("import-directions.ts", import.meta.url));

/** A small tree with the doors of the real one. */
const tree: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({
    type: "module",
    imports: Object.fromEntries(["core", "oci", "registry", "project"].map((room) => [`#${room}`, `./${room}/mod.ts`])),
  }),
  "core/mod.ts": 'export { retry } from "./retry.ts";\n',
  "core/retry.ts": "export const retry = 1;\n",
  "oci/mod.ts": 'export { digest } from "./digest.ts";\n',
  "oci/digest.ts": 'import { retry } from "#core";\nexport const digest = retry;\n',
  "oci/digest.test.ts": 'import { hub } from "#registry";\nexport const tested = hub;\n',
  "project/mod.ts": 'export { build } from "./build/build.ts";\n',
  "project/build/build.ts": 'export { default as build } from "assemblyscript/asc";\n',
  "registry/mod.ts": 'export { hub } from "./hub.ts";\n',
  "registry/hub.ts": 'import { digest } from "#oci";\nexport const hub = digest;\n',
  "test/line.test.ts": 'import { hub } from "#registry";\nexport const tested = hub;\n',
  "cli/main.ts":
    'import process from "node:process";\nimport { hub } from "#registry";\nexport const all = [process, hub];\n',
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "import-directions-"));
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  await symlink(join(repository, "tsconfig.json"), join(folder, "tsconfig.json"));
  await write(tree);
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function check(fewestModules = 10): Promise<{ status: number; stdout: string; violations: readonly string[] }> {
  const words = [program, folder, String(fewestModules)];
  const { code, stdout, stderr } = await execute(process.execPath, words).then(
    (done) => ({ code: 0, ...done }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );
  return { status: code, stdout, violations: stderr.trim().split("\n").filter(Boolean) };
}

describe("the check of import directions", () => {
  test("passes a tree that keeps to the rules, and says how much it saw", async () => {
    const { status, stdout, violations } = await check();
    expect(violations).toEqual([]);
    expect(status).toBe(0);
    expect(Number(/^(\d+) modules/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(Object.keys(tree).length - 1);
  });

  test("finds every planted fault, and names the file and what it imports", async () => {
    await write({
      "oci/upward.ts": 'import { hub } from "#registry";\nexport const up = hub;\n',
      "core/sideward.ts": 'import { digest } from "../oci/mod.ts";\nexport const side = digest;\n',
      "registry/past-the-door.ts": 'import { digest } from "../oci/digest.ts";\nexport const past = digest;\n',
      "test/past-the-door.test.ts": 'import { hub } from "../registry/hub.ts";\nexport const past = hub;\n',
      "oci/type-only.ts": 'import type { hub } from "#registry";\nexport type Hub = typeof hub;\n',
      "oci/lazy.ts": 'export const lazy = () => import("#registry");\n',
      "core/a.ts": 'import { b } from "./b.ts";\nexport const a = () => b;\n',
      "core/b.ts": 'import { a } from "./a.ts";\nexport const b = () => a;\n',
      "core/unresolved.ts": 'import { x } from "#nobody";\nexport const y = x;\n',
      "core/edge.ts": 'import process from "node:process";\nexport const cwd = process.cwd;\n',
      "registry/compiler.ts": 'import asc from "assemblyscript/asc";\nexport const compile = asc;\n',
    });
    const { status, violations } = await check();
    expect(status).toBe(1);
    // The comment says the rule in words; what is installed lies behind a link here.
    const told = violations.map((line) =>
      line.replace(/ \(.*\)$/, "").replace(/ \S*\/node_modules\//, " node_modules/"),
    );
    expect(told.toSorted()).toEqual(
      [
        "assemblyscript-only-in-the-build: registry/compiler.ts imports node_modules/assemblyscript/dist/asc.js",
        "core-imports-only-its-own: core/sideward.ts imports oci/mod.ts",
        "no-cycles: core/a.ts imports core/b.ts",
        "no-unresolved: core/unresolved.ts imports #nobody",
        "oci-imports-only-its-own: oci/lazy.ts imports registry/mod.ts",
        "oci-imports-only-its-own: oci/type-only.ts imports registry/mod.ts",
        "oci-imports-only-its-own: oci/upward.ts imports registry/mod.ts",
        "oci-is-entered-by-a-door: registry/past-the-door.ts imports oci/digest.ts",
        "only-the-edges-read-the-process: core/edge.ts imports process",
        "registry-is-entered-by-a-door: test/past-the-door.test.ts imports registry/hub.ts",
      ].toSorted(),
    );
  });

  test("fails when it has seen fewer modules than there are, and not one fault", async () => {
    expect(await check(1_000)).toMatchObject({
      status: 1,
      violations: [expect.stringMatching(/^only \d+ modules were seen; at least 1000 are there$/)],
    });
  });
});
