import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pathExists, writeFileAtomic } from "./files.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "core-files-"))));
afterEach(() => rm(folder, { recursive: true }));

describe("writeFileAtomic()", () => {
  test("writes a new file and leaves nothing beside it", async () => {
    await writeFileAtomic(join(folder, "a"), "text");
    expect(await readFile(join(folder, "a"), "utf8")).toBe("text");
    expect(await readdir(folder)).toEqual(["a"]);
  });

  test("keeps the permissions of the file it replaces", async () => {
    const path = join(folder, "a");
    await writeFile(path, "old");
    await chmod(path, 0o640);
    await writeFileAtomic(path, "new");
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readFile(path, "utf8")).toBe("new");
  });

  test("leaves the folder as it was when it fails", async () => {
    await expect(writeFileAtomic(join(folder, "missing", "a"), "text")).rejects.toThrow("ENOENT");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("pathExists()", () => {
  test("is false below a file", async () => {
    await writeFile(join(folder, "a"), "");
    expect(await pathExists(join(folder, "a", "b"))).toBe(false);
    expect(await pathExists(join(folder, "a"))).toBe(true);
  });
});
