import type { Digest } from "#oci";
import type { Repositories, TaggedManifest } from "../catalogue.ts";
import { nameUnknown } from "../refusals.ts";
import type { Database } from "./database.ts";
import { repositoryIds } from "./repository-ids.ts";

interface TaggedRow {
  readonly tag: string;
  readonly pushed_at: number;
  readonly digest: Digest;
  readonly media_type: string;
  readonly artifact_type: string | null;
  readonly description: string;
  readonly content_size: number;
}

const taggedColumns = `
  t.name AS tag, t.pushed_at, m.digest, m.media_type, m.artifact_type, m.description, m.content_size`;

export function repositories(database: Database): Repositories {
  const ids = repositoryIds(database);
  const list = database.query<{ name: string }>(
    `SELECT name FROM repositories r
     WHERE name > ? AND EXISTS (SELECT 1 FROM manifests m WHERE m.repository_id = r.id)
     ORDER BY name LIMIT ?`,
  );
  const found = database.query<{ id: number; name: string; tag_count: number }>(
    `SELECT r.id, r.name, COUNT(*) AS tag_count FROM repositories r JOIN tags t ON t.repository_id = r.id
     WHERE r.name LIKE ? ESCAPE '\\'
     GROUP BY r.id ORDER BY MAX(t.pushed_at) DESC, r.name LIMIT ? OFFSET ?`,
  );
  const foundTotal = database.query<{ total: number }>(
    `SELECT COUNT(*) AS total FROM repositories r
     WHERE r.name LIKE ? ESCAPE '\\' AND EXISTS (SELECT 1 FROM tags t WHERE t.repository_id = r.id)`,
  );
  const tagged = database.query<TaggedRow>(
    `SELECT ${taggedColumns} FROM tags t JOIN manifests m ON m.id = t.manifest_id
     WHERE t.repository_id = ? ORDER BY t.pushed_at DESC, t.name DESC LIMIT ? OFFSET ?`,
  );

  return {
    async repositories(page) {
      return list.all(page.after ?? "", page.limit).map((row) => row.name);
    },

    async findRepositories({ text, skip, limit }) {
      const pattern = `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
      const rows = found.all(pattern, limit, skip);
      return {
        total: foundTotal.first(pattern)?.total ?? 0,
        found: rows.map(({ id, name, tag_count: tagCount }) => {
          const newest = tagged.one(id, 1, 0);
          return { name, description: newest.description, tagCount, newest: taggedManifest(newest) };
        }),
      };
    },

    async taggedManifests(repository, { skip, limit }) {
      const id = ids.find(repository);
      const rows = id === undefined ? [] : tagged.all(id, limit, skip);
      if (rows.length === 0 && skip === 0) throw nameUnknown(repository);
      return rows.map(taggedManifest);
    },
  };
}

function taggedManifest(row: TaggedRow): TaggedManifest {
  return {
    tag: row.tag,
    pushedAt: new Date(row.pushed_at),
    digest: row.digest,
    mediaType: row.media_type,
    artifactType: row.artifact_type ?? undefined,
    contentSizeBytes: row.content_size,
  };
}
