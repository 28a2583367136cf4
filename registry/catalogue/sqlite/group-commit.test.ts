import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GroupCommit } from "./group-commit.ts";

/** Remembers the statements, and fails at one of them when told to. */
class WatchedDatabase extends DatabaseSync {
  readonly statements: string[] = [];
  failing: string | undefined;

  override exec(sql: string): void {
    this.statements.push(sql);
    if (sql === this.failing) throw new Error(`the disk refused ${sql}`);
    super.exec(sql);
  }
}

describe("GroupCommit", () => {
  let database: WatchedDatabase;
  let commits: GroupCommit;
  const add = (name: string): Promise<string> =>
    commits.run(() => {
      database.prepare("INSERT INTO names VALUES (?)").run(name);
      return name;
    });
  const names = (): unknown[] =>
    database
      .prepare("SELECT name FROM names ORDER BY rowid")
      .all()
      .map(({ name }) => name);
  const commitCount = (): number => database.statements.filter((sql) => sql === "COMMIT").length;

  beforeEach(() => {
    database = new WatchedDatabase(":memory:");
    database.exec("CREATE TABLE names (name TEXT UNIQUE) STRICT");
    commits = new GroupCommit(database);
  });
  afterEach(() => database.isOpen && database.close());

  test("commits what is asked for at once with one commit, in its order", async () => {
    const asked = Array.from({ length: 100 }, (_, number) => `name ${number}`);
    expect(await Promise.all(asked.map((name) => add(name)))).toEqual(asked);
    expect(names()).toEqual(asked);
    expect(commitCount()).toBe(1);
  });

  test("tells nobody before the commit has returned", async () => {
    const told = add("one").then(() => database.statements.at(-1));
    expect(await told).toBe("COMMIT");
  });

  test("undoes work that throws alone, all that it did", async () => {
    const failing = commits.run(() => {
      database.prepare("INSERT INTO names VALUES ('half')").run();
      throw new Error("changed its mind");
    });
    const outcomes = await Promise.allSettled([add("one"), failing, add("two"), add("one")]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"]);
    expect(names()).toEqual(["one", "two"]);
  });

  test.each(["BEGIN IMMEDIATE", "SAVEPOINT job", "RELEASE job", "COMMIT"])(
    "tells everybody when %s fails, keeps nothing of the group, and goes on with the next",
    async (statement) => {
      await add("before");
      database.failing = statement;
      const outcomes = await Promise.allSettled([add("one"), add("two")]);
      expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      database.failing = undefined;
      expect(names()).toEqual(["before"]);
      await add("after");
      expect(names()).toEqual(["before", "after"]);
    },
  );

  test("refuses work on a database that was closed", async () => {
    const late = add("late");
    database.close();
    await expect(late).rejects.toThrow("not open");
  });
});
