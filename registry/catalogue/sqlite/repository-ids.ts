import type { Database } from "./database.ts";

export interface RepositoryIds {
  find(name: string): number | undefined;
  /** Creates the repository when it is absent; only within a write. */
  findOrCreate(name: string): number;
}

export function repositoryIds(database: Database): RepositoryIds {
  const select = database.query<{ id: number }>("SELECT id FROM repositories WHERE name = ?");
  const insert = database.query<{ id: number }>("INSERT INTO repositories (name) VALUES (?) RETURNING id");
  const find = (name: string): number | undefined => select.first(name)?.id;
  return { find, findOrCreate: (name) => find(name) ?? insert.one(name).id };
}
