import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadProject } from "./load.ts";
import { scaffold } from "./scaffold.ts";

let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "wasm-hub-scaffold-"));
  folder = join(root, "new", "project");
});
afterEach(() => rm(root, { recursive: true, force: true }));

const input = { name: "add-header", language: "assemblyscript" } as const;

async function filesOf(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
}

describe("scaffold()", () => {
  test("writes a project that can be read, with its own name in it", async () => {
    const files = await scaffold({ ...input, folder });
    expect(files).toEqual(expect.arrayContaining(["filter.yaml", "README.md", ".gitignore", "assembly/index.ts"]));
    expect(new Set(await filesOf(folder))).toEqual(new Set([...files, ".wasm/tsconfig.json"]));
    const { manifest, readme } = await loadProject(folder);
    expect(manifest).toMatchObject({ name: "add-header", rootIds: ["add-header"] });
    expect(readme).toContain("add-header");
    for (const file of files)
      expect(await readFile(join(folder, file), "utf8"), `in ${file}`).not.toContain("my-filter");
  });

  test("has Git leave out what the tool writes", async () => {
    await scaffold({ ...input, folder });
    expect((await readFile(join(folder, ".gitignore"), "utf8")).split("\n")).toContain(".wasm/");
  });

  test.each([
    "Adds a header: x # not a comment",
    "it's",
    'say "hi"',
    "- a list",
    "two\nlines",
    "$& and $1",
    "yes",
    "ü ✓",
  ])("takes the description %j word for word", async (description) => {
    await scaffold({ ...input, folder, description });
    expect((await loadProject(folder)).manifest.description).toBe(description);
  });

  test("goes into a folder with other files, and leaves them alone", async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "notes.txt"), "mine");
    await scaffold({ ...input, folder });
    expect(await readFile(join(folder, "notes.txt"), "utf8")).toBe("mine");
  });

  test.each(["filter.yaml", "README.md", "assembly/index.ts", ".gitignore"])("never writes over %s", async (name) => {
    await mkdir(join(folder, "assembly"), { recursive: true });
    await writeFile(join(folder, name), "mine");
    await expect(scaffold({ ...input, folder })).rejects.toMatchObject({
      code: "PROJECT_EXISTS",
      message: `${folder} has ${name} already`,
    });
    expect(await filesOf(folder)).toEqual([name]);
    expect(await readFile(join(folder, name), "utf8")).toBe("mine");
  });

  test("refuses a folder that is a file", async () => {
    await writeFile(join(root, "file"), "mine");
    await expect(scaffold({ ...input, folder: join(root, "file") })).rejects.toMatchObject({ code: "PROJECT_EXISTS" });
    expect(await readFile(join(root, "file"), "utf8")).toBe("mine");
  });
});
