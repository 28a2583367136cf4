import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HtpasswdFile } from "./htpasswd.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "htpasswd-"));
  path = join(folder, "users");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const hash = (password: string): string => bcrypt.hashSync(password, 4);

describe("HtpasswdFile", () => {
  test("knows its people by their passwords, whatever stands between the lines", async () => {
    const kinds = [`a:${hash("1")}`, `b:${hash("2").replace("$2b$", "$2y$")}`, `ü.x@y:${hash("pass:with:colons")}`];
    await writeFile(path, `\uFEFF# people\r\n\r\n${kinds.join("\r\n")}  \r\n\n`);
    const file = await HtpasswdFile.open(path);
    expect(await file.verify("a", "1")).toBe(true);
    expect(await file.verify("b", "2")).toBe(true);
    expect(await file.verify("ü.x@y", "pass:with:colons")).toBe(true);
    for (const [name, password] of [
      ["a", "2"],
      ["a", ""],
      ["a", "1 "],
      ["A", "1"],
      ["", ""],
      ["c", "1"],
      ["__proto__", "1"],
    ] as const) {
      expect([name, password, await file.verify(name, password)]).toEqual([name, password, false]);
    }
  });

  test.each([
    ["a plain password", "me:secret"],
    ["MD5", "me:$apr1$lZL6V/ci$eIMz/iKDkbtys/uU7LEK00"],
    ["SHA-1", "me:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="],
    ["crypt", "me:rqXexS6ZhobKA"],
    ["a hash that is cut", `me:${hash("x").slice(0, -1)}`],
    ["no name", `:${hash("x")}`],
    ["a name with a space", `m e:${hash("x")}`],
    ["no colon", "me"],
    ["more behind the hash", `me:${hash("x")}:more`],
  ])("refuses %s, and says the line", async (_what, line) => {
    await writeFile(path, `# people\nyou:${hash("x")}\n\n${line}\n`);
    await expect(HtpasswdFile.open(path)).rejects.toMatchObject({
      code: "HUB_HTPASSWD_INVALID",
      message: `${path}:4: not NAME:HASH with a bcrypt hash`,
      hint: "write the file with: htpasswd -B FILE NAME",
      detail: { path, line: 4 },
    });
  });

  test("refuses a name that is there twice", async () => {
    await writeFile(path, `me:${hash("1")}\nyou:${hash("2")}\nme:${hash("3")}\n`);
    await expect(HtpasswdFile.open(path)).rejects.toMatchObject({ message: `${path}:3: me is there twice` });
  });

  test("says that it cannot be read, and how to make one", async () => {
    await expect(HtpasswdFile.open(path)).rejects.toMatchObject({
      code: "HUB_HTPASSWD_INVALID",
      hint: "make one with: htpasswd -cB FILE NAME",
    });
  });

  test("takes a change at once: a password that was right, and remembered, is wrong", async () => {
    await writeFile(path, `me:${hash("old")}\n`);
    const file = await HtpasswdFile.open(path);
    expect(await file.verify("me", "old")).toBe(true);
    await writeFile(path, `me:${hash("new")}\n# changed\n`);
    expect(await file.verify("me", "old")).toBe(false);
    expect(await file.verify("me", "new")).toBe(true);
    await writeFile(path, "# nobody\n");
    expect(await file.verify("me", "new")).toBe(false);
  });

  test("lets nobody in while a change of it is broken", async () => {
    await writeFile(path, `me:${hash("right")}\n`);
    const file = await HtpasswdFile.open(path);
    expect(await file.verify("me", "right")).toBe(true);
    await writeFile(path, "me:right\n");
    await expect(file.verify("me", "right")).rejects.toMatchObject({ code: "HUB_HTPASSWD_INVALID" });
    await writeFile(path, `me:${hash("right")}\n# again\n`);
    expect(await file.verify("me", "right")).toBe(true);
  });

  test("asks bcrypt once for a right password, each time for a wrong one, and for an unknown name as well", async () => {
    await writeFile(path, `me:${hash("right")}\n`);
    const file = await HtpasswdFile.open(path);
    const compare = vi.spyOn(bcrypt, "compare");
    const asked = async (name: string, password: string): Promise<number> => {
      compare.mockClear();
      await file.verify(name, password);
      // bcrypt works only on a whole hash: otherwise an unknown name would be told by its quick answer.
      for (const [, hashed] of compare.mock.calls) expect(hashed).toMatch(/^\$2b\$\d\d\$[./A-Za-z0-9]{53}$/);
      return compare.mock.calls.length;
    };
    expect(await asked("me", "right")).toBe(1);
    expect(await asked("me", "right")).toBe(0);
    expect(await asked("me", "wrong")).toBe(1);
    expect(await asked("me", "wrong")).toBe(1);
    expect(await asked("nobody", "right")).toBe(1);
    compare.mockRestore();
  });
});
