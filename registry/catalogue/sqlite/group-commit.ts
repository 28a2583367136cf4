import type { DatabaseSync } from "node:sqlite";

interface Job {
  /** Does the work, and returns what tells the caller once the work is on the disk. */
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Commits all work that is asked for in one turn of the event loop with one sync of the disk.
 *
 * A job that throws is undone alone, by its savepoint. Nobody is told of success before the commit has returned, and
 * when the commit fails everybody is told.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  #waiting: Job[] = [];

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** @param work is synchronous, and sees what earlier work of the same group has done */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): (() => void) => {
        const result = work();
        return () => resolve(result);
      };
      this.#waiting.push({ run, fail: reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#commit());
    });
  }

  #commit(): void {
    const jobs = this.#waiting;
    this.#waiting = [];
    const outcomes: (() => void)[] = [];
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      for (const job of jobs) outcomes.push(this.#attempt(job));
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#isInTransaction()) this.#database.exec("ROLLBACK");
      for (const job of jobs) job.fail(error);
      return;
    }
    for (const tell of outcomes) tell();
  }

  #attempt(job: Job): () => void {
    this.#database.exec("SAVEPOINT job");
    try {
      const succeeded = job.run();
      this.#database.exec("RELEASE job");
      return succeeded;
    } catch (error) {
      // A full disk may have ended the whole transaction already: then nothing of the group is kept.
      if (!this.#isInTransaction()) throw error;
      this.#database.exec("ROLLBACK TO job; RELEASE job");
      return () => job.fail(error);
    }
  }

  /** False also when the database was closed meanwhile. */
  #isInTransaction(): boolean {
    return this.#database.isOpen && this.#database.isTransaction;
  }
}
