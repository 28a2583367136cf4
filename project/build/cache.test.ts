import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf } from "#oci";
import { readCache, writeCache } from "./cache.ts";

let root: string;
let project: string;
let sdkFile: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "wasm-hub-cache-"));
  project = join(root, "project");
  sdkFile = join(root, "sdk.ts");
  await mkdir(join(project, "assembly"), { recursive: true });
  await writeFile(join(project, "assembly", "index.ts"), "one");
  await writeFile(sdkFile, "two");
  const inputs = { "assembly/index.ts": digestOf("one"), [sdkFile]: digestOf("two"), "assembly/maybe.ts": null };
  await writeCache(project, "toolchain", inputs, { module: Buffer.from("module"), warnings: [] });
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("the last build", () => {
  test("is taken when nothing has changed", async () => {
    expect(await readCache(project, "toolchain")).toEqual({ module: Buffer.from("module"), warnings: [] });
  });

  test.each([
    { name: "a source has changed", change: () => writeFile(join(project, "assembly", "index.ts"), "One") },
    { name: "a source is gone", change: () => rm(join(project, "assembly", "index.ts")) },
    { name: "a file of the SDK has changed", change: () => writeFile(sdkFile, "Two") },
    {
      name: "a file is there that was looked for in vain",
      change: () => writeFile(join(project, "assembly", "maybe.ts"), ""),
    },
    {
      name: "the module was damaged",
      change: () => writeFile(join(project, ".wasm", "build", "filter.wasm"), "modulE"),
    },
    { name: "the module is gone", change: () => rm(join(project, ".wasm", "build", "filter.wasm")) },
    { name: "its record is damaged", change: () => writeFile(join(project, ".wasm", "build", "record.json"), "{") },
    { name: "its record is null", change: () => writeFile(join(project, ".wasm", "build", "record.json"), "null") },
    {
      name: "its record is of another kind",
      change: () => writeFile(join(project, ".wasm", "build", "record.json"), "{}"),
    },
    { name: "there was none", change: () => rm(join(project, ".wasm"), { recursive: true }) },
  ])("is not taken when $name", async ({ change }) => {
    await change();
    expect(await readCache(project, "toolchain")).toBeUndefined();
  });

  test("is not taken when the compiler is another one", async () => {
    expect(await readCache(project, "another")).toBeUndefined();
  });
});
