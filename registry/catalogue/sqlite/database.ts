import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { HubServerError, primaryResultCode } from "../../errors.ts";
import { GroupCommit } from "./group-commit.ts";
import { migrate } from "./schema.ts";

/** A statement whose rows have a known shape. */
export interface Query<Row> {
  first(...values: SQLInputValue[]): Row | undefined;
  /** The row of a statement that always gives one, such as `INSERT … RETURNING`. */
  one(...values: SQLInputValue[]): Row;
  all(...values: SQLInputValue[]): Row[];
  /** @returns rows that changed */
  run(...values: SQLInputValue[]): number;
}

/** sqlite.org/pragma.html#pragma_synchronous */
const synchronousFull = 2;

/** The catalogue's connection: reads at once, writes through {@link Database.write}. */
export class Database {
  readonly #connection: DatabaseSync;
  readonly #commits: GroupCommit;

  private constructor(connection: DatabaseSync) {
    this.#connection = connection;
    this.#commits = new GroupCommit(connection);
  }

  /**
   * @param path of the file, or `:memory:`
   * @throws {HubServerError} HUB_DATA_TOO_NEW, HUB_DATA_DAMAGED
   */
  static open(path: string): Database {
    const connection = new DatabaseSync(path, { timeout: 5_000 });
    try {
      // FULL: in WAL mode the default would let a power cut take back commits that were acknowledged.
      connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
      const durable = connection.prepare("PRAGMA synchronous").get()?.["synchronous"];
      if (durable !== synchronousFull) throw new Error(`SQLite refused synchronous = FULL and has ${String(durable)}`);
      migrate(connection, path);
    } catch (error) {
      connection.close();
      throw isDamage(error) ? damaged(path, error) : error;
    }
    return new Database(connection);
  }

  query<Row>(sql: string): Query<Row> {
    const statement = this.#connection.prepare(sql);
    return {
      first: (...values) => statement.get(...values) as Row | undefined,
      one: (...values) => {
        const row = statement.get(...values);
        if (!row) throw new Error(`no row came back from: ${sql}`);
        return row as Row;
      },
      all: (...values) => statement.all(...values) as Row[],
      run: (...values) => Number(statement.run(...values).changes),
    };
  }

  /** Runs synchronous work in a transaction. What it did is on the disk when the promise resolves. */
  write<T>(work: () => T): Promise<T> {
    return this.#commits.run(work);
  }

  /** Ends what was asked for before. A second call does nothing. */
  async close(): Promise<void> {
    if (!this.#connection.isOpen) return;
    await this.write(() => undefined);
    if (this.#connection.isOpen) this.#connection.close();
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
function isDamage(error: unknown): boolean {
  const code = primaryResultCode(error);
  return code === 11 || code === 26;
}

function damaged(path: string, cause: unknown): HubServerError {
  return new HubServerError("HUB_DATA_DAMAGED", `${path} is not a database of the hub`, {
    hint: "restore the file from a backup, or start the hub with an empty data folder",
    detail: { path },
    cause,
  });
}
