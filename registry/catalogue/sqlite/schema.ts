import type { DatabaseSync } from "node:sqlite";
import { HubServerError } from "../../errors.ts";

/** One step a version, never edited once it has shipped: `PRAGMA user_version` counts those that were taken. */
const migrations: readonly string[] = [
  `
  CREATE TABLE repositories (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE blobs (
    repository_id INTEGER NOT NULL REFERENCES repositories,
    digest        TEXT NOT NULL,
    size          INTEGER NOT NULL,
    linked_at     INTEGER NOT NULL,
    PRIMARY KEY (repository_id, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX blobs_by_digest ON blobs (digest);

  -- bytes is the last column: reading the others does not touch its pages.
  CREATE TABLE manifests (
    id            INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL REFERENCES repositories,
    digest        TEXT NOT NULL,
    media_type    TEXT NOT NULL,
    artifact_type TEXT,
    subject       TEXT,
    size          INTEGER NOT NULL,
    content_size  INTEGER NOT NULL,
    pushed_at     INTEGER NOT NULL,
    description   TEXT NOT NULL,
    annotations   TEXT NOT NULL,
    bytes         BLOB NOT NULL,
    UNIQUE (repository_id, digest)
  ) STRICT;
  CREATE INDEX manifests_by_subject ON manifests (repository_id, subject, digest) WHERE subject IS NOT NULL;

  CREATE TABLE manifest_references (
    repository_id INTEGER NOT NULL REFERENCES repositories,
    digest        TEXT NOT NULL,
    manifest_id   INTEGER NOT NULL REFERENCES manifests ON DELETE CASCADE,
    PRIMARY KEY (repository_id, digest, manifest_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX manifest_references_by_manifest ON manifest_references (manifest_id);

  CREATE TABLE tags (
    repository_id INTEGER NOT NULL REFERENCES repositories,
    name          TEXT NOT NULL,
    manifest_id   INTEGER NOT NULL REFERENCES manifests ON DELETE CASCADE,
    pushed_at     INTEGER NOT NULL,
    PRIMARY KEY (repository_id, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX tags_by_manifest ON tags (manifest_id);
  CREATE INDEX tags_by_time ON tags (repository_id, pushed_at);
  `,
];

/** Brings a database to the newest schema, each step in a transaction of its own. */
export function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version > migrations.length) {
    throw new HubServerError("HUB_DATA_TOO_NEW", `${path} has schema ${version}, this hub knows ${migrations.length}`, {
      hint: "start the version of the hub that wrote the folder, or a newer one",
      detail: { path, schema: version, knownSchema: migrations.length },
    });
  }
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    database.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}
