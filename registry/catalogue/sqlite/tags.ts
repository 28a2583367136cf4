import type { Tags } from "../catalogue.ts";
import { manifestUnknown, nameUnknown } from "../refusals.ts";
import type { Database } from "./database.ts";
import { repositoryIds } from "./repository-ids.ts";

export function tags(database: Database): Tags {
  const ids = repositoryIds(database);
  const list = database.query<{ name: string }>(
    "SELECT name FROM tags WHERE repository_id = ? AND name > ? ORDER BY name LIMIT ?",
  );
  const anyManifest = database.query("SELECT 1 FROM manifests WHERE repository_id = ? LIMIT 1");
  const remove = database.query("DELETE FROM tags WHERE repository_id = ? AND name = ?");

  return {
    async tags(repository, page) {
      const id = ids.find(repository);
      if (id === undefined || !anyManifest.first(id)) throw nameUnknown(repository);
      return list.all(id, page.after ?? "", page.limit).map((row) => row.name);
    },

    deleteTag(repository, tag) {
      return database.write(() => {
        const id = ids.find(repository);
        if (id === undefined || remove.run(id, tag) === 0) throw manifestUnknown(repository, tag);
      });
    },
  };
}
