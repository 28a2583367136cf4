import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { storageError } from "../../errors.ts";
import { pushImage } from "../contract/samples.ts";
import { openSqliteCatalogue } from "./catalogue.ts";
import { Database } from "./database.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "database-"));
  path = join(folder, "catalogue.db");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("Database", () => {
  test("syncs each commit (synchronous = FULL, which no file remembers)", async () => {
    const database = Database.open(path);
    expect(database.query("PRAGMA synchronous").first()).toEqual({ synchronous: 2 });
    expect(database.query("PRAGMA journal_mode").first()).toEqual({ journal_mode: "wal" });
    await database.close();
  });

  test("what was answered is in the files at that moment: a copy of them has it", async () => {
    const catalogue = openSqliteCatalogue(path);
    for (const tag of ["v1", "v2", "v3"]) {
      await pushImage(catalogue, "me/filter", `module ${tag}`, [tag]);
      // As after kill -9: nothing was closed, and the log was not merged.
      const copy = join(folder, tag);
      for (const name of await readdir(folder)) {
        if (name.startsWith("catalogue.db")) await copyFile(join(folder, name), name.replace("catalogue.db", copy));
      }
      const survivor = openSqliteCatalogue(copy);
      expect(await survivor.tags("me/filter", { limit: 10 })).toContain(tag);
      await survivor.close();
    }
    await catalogue.close();
  });

  test("a full disk fails the write alone: what is there is read, and later writes succeed", async () => {
    const database = Database.open(path);
    await database.write(() => database.query("INSERT INTO repositories (name) VALUES ('before')").run());
    const pages = database.query<{ page_count: number }>("PRAGMA page_count").one().page_count;
    const limit = (count: number): unknown => database.query(`PRAGMA max_page_count = ${count}`).one();
    limit(pages);
    const large = (): Promise<number> =>
      database.write(() => database.query("INSERT INTO repositories (name) VALUES (?)").run("x".repeat(100_000)));
    const error: unknown = await large().catch((reason: unknown) => reason);
    expect(storageError(error)).toMatchObject({ code: "HUB_STORAGE_FULL" });
    const names = database.query<{ name: string }>("SELECT name FROM repositories");
    expect(names.all()).toEqual([{ name: "before" }]);
    limit(1_000_000);
    await large();
    expect(names.all()).toHaveLength(2);
    await database.close();
  });

  test("a file of a newer hub is left alone", async () => {
    await Database.open(path).close();
    const file = new DatabaseSync(path);
    file.exec("PRAGMA user_version = 99");
    file.close();
    expect(() => Database.open(path)).toThrow(
      expect.objectContaining({ code: "HUB_DATA_TOO_NEW", detail: { path, schema: 99, knownSchema: 1 } }),
    );
  });
});
