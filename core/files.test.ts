import { execFile } from "node:child_process";
import {
  chmod,
  type FileHandle,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import type * as Real from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pathExists, syncFolder, writeFileAtomic } from "./files.ts";

const execute = promisify(execFile);

/** What was asked of the file system, in order, and the step at which it fails. */
const disk = vi.hoisted(() => ({ steps: [] as string[], failsAt: undefined as string | undefined }));

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof Real>();
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    disk.steps.push(name);
    if (disk.failsAt === name) throw Object.assign(new Error(`EIO: ${name}`), { code: "EIO" });
    return work();
  };
  const open = (...words: Parameters<typeof real.open>): Promise<FileHandle> => {
    const what = words[1] === "r" ? "folder" : "file";
    return step(`open ${what}`, async () => {
      const handle = await real.open(...words);
      const write = handle.writeFile.bind(handle);
      const sync = handle.sync.bind(handle);
      const close = handle.close.bind(handle);
      return Object.assign(handle, {
        writeFile: (data: string) => step(`write ${what}`, () => write(data)),
        sync: () => step(`sync ${what}`, sync),
        // A file is closed whatever the system says.
        close: () => close().then(() => step(`close ${what}`, async () => undefined)),
      });
    });
  };
  const rename = (from: string, to: string): Promise<void> => step("rename", () => real.rename(from, to));
  return { ...real, open, rename };
});

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "core-files-"))));
afterEach(async () => {
  Object.assign(disk, { steps: [], failsAt: undefined });
  await rm(folder, { recursive: true });
});

describe("writeFileAtomic()", () => {
  test("writes a new file and leaves nothing beside it", async () => {
    await writeFileAtomic(join(folder, "a"), "text");
    expect(await readFile(join(folder, "a"), "utf8")).toBe("text");
    expect(await readdir(folder)).toEqual(["a"]);
  });

  test("gives a new file the permissions that are asked for, and keeps those of the file it replaces", async () => {
    const path = join(folder, "a");
    await writeFileAtomic(path, "old", { mode: 0o600 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o640);
    await writeFileAtomic(path, Buffer.from("new"), { mode: 0o600 });
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readFile(path, "utf8")).toBe("new");
  });

  test("syncs the file before its name points at it, and the folder after", async () => {
    await writeFileAtomic(join(folder, "a"), "text");
    expect(disk.steps).toEqual([
      "open file",
      "write file",
      "sync file",
      "close file",
      "rename",
      "open folder",
      "sync folder",
      "close folder",
    ]);
  });

  test.each(["open file", "write file", "sync file", "close file", "rename"])(
    "that fails at %s leaves the old file, and nothing beside it",
    async (failsAt) => {
      const path = join(folder, "a");
      await writeFile(path, "old");
      disk.failsAt = failsAt;
      await expect(writeFileAtomic(path, "new")).rejects.toThrow(`EIO: ${failsAt}`);
      expect(await readFile(path, "utf8")).toBe("old");
      expect(await readdir(folder)).toEqual(["a"]);
    },
  );

  test.each(["open folder", "sync folder"])(
    "that fails at %s says so, with the new file in its place",
    async (failsAt) => {
      const path = join(folder, "a");
      await writeFile(path, "old");
      disk.failsAt = failsAt;
      await expect(writeFileAtomic(path, "new")).rejects.toThrow(`EIO: ${failsAt}`);
      expect(await readFile(path, "utf8")).toBe("new");
      expect(await readdir(folder)).toEqual(["a"]);
    },
  );

  test("leaves no file where a folder is missing, or has the name", async () => {
    await expect(writeFileAtomic(join(folder, "missing", "a"), "text")).rejects.toThrow("ENOENT");
    await mkdir(join(folder, "b", "c"), { recursive: true });
    await expect(writeFileAtomic(join(folder, "b"), "text")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(await readdir(folder)).toEqual(["b"]);
  });

  test("by many at once leaves what one of them wrote", async () => {
    const path = join(folder, "a");
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(texts.map((text) => writeFileAtomic(path, text)));
    expect(texts).toContain(await readFile(path, "utf8"));
    expect(await readdir(folder)).toEqual(["a"]);
  });

  test("on a disk that is full leaves the old file, and nothing beside it", async () => {
    const path = join(folder, "a");
    await writeFile(path, "old");
    const source = new URL("./files.ts", import.meta.url).href;
    const script = `
      const { writeFileAtomic } = await import(${JSON.stringify(source)});
      await writeFileAtomic(${JSON.stringify(path)}, Buffer.alloc(4 * 1024 * 1024)).catch(({ code }) => console.log(code));`;
    // In blocks of 512 or 1024 bytes: what is written beyond fails, as on a full disk.
    const limited = `trap '' XFSZ; ulimit -f 1024; exec "$0" --input-type=module --eval "$1"`;
    const { stdout } = await execute("bash", ["-c", limited, process.execPath, script]);
    expect(stdout).toBe("EFBIG\n");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["a"]);
  });
});

describe("syncFolder()", () => {
  test("closes the folder also when it cannot be synced", async () => {
    disk.failsAt = "sync folder";
    await expect(syncFolder(folder)).rejects.toThrow("EIO");
    expect(disk.steps.at(-1)).toBe("close folder");
  });
});

describe("pathExists()", () => {
  test("knows files, folders, and links by what they lead to", async () => {
    await writeFile(join(folder, "a"), "");
    await symlink(join(folder, "a"), join(folder, "link"));
    await symlink(join(folder, "gone"), join(folder, "dangling"));
    expect(await Promise.all(["a", ".", "link"].map((name) => pathExists(join(folder, name))))).not.toContain(false);
    expect(await Promise.all(["b", "dangling"].map((name) => pathExists(join(folder, name))))).not.toContain(true);
  });

  test("is false below a file", async () => {
    await writeFile(join(folder, "a"), "");
    expect(await pathExists(join(folder, "a", "b"))).toBe(false);
  });

  test("does not take a path that cannot be looked at for one that is not there", async () => {
    await expect(pathExists(join(folder, "x".repeat(5000)))).rejects.toThrow("ENAMETOOLONG");
  });
});
