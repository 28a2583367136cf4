import { type Annotations, type Descriptor, type Digest, isDigest, isImageIndex, successors } from "#oci";
import type { Manifests, PushedManifest, StoredManifest } from "../catalogue.ts";
import { manifestUnknown, referenceMissing, referenceSizeDiffers, stillReferenced } from "../refusals.ts";
import type { Database } from "./database.ts";
import { repositoryIds } from "./repository-ids.ts";

interface StoredRow {
  readonly digest: Digest;
  readonly media_type: string;
  readonly bytes: Uint8Array;
}

interface ReferrerRow {
  readonly digest: Digest;
  readonly media_type: string;
  readonly artifact_type: string | null;
  readonly size: number;
  readonly annotations: string;
}

interface SizeRow {
  /** Bytes of the blob or the manifest itself. */
  readonly size: number;
  /** The same, and of all that a manifest points at. */
  readonly content_size: number;
}

/** Characters that lists show. */
const longestDescription = 500;

export function manifests(database: Database, now: () => Date): Manifests {
  const ids = repositoryIds(database);
  const byDigest = database.query<StoredRow>(
    "SELECT digest, media_type, bytes FROM manifests WHERE repository_id = ? AND digest = ?",
  );
  const byTag = database.query<StoredRow>(
    `SELECT m.digest, m.media_type, m.bytes FROM tags t JOIN manifests m ON m.id = t.manifest_id
     WHERE t.repository_id = ? AND t.name = ?`,
  );
  const blobSize = database.query<SizeRow>(
    "SELECT size, size AS content_size FROM blobs WHERE repository_id = ? AND digest = ?",
  );
  const manifestSize = database.query<SizeRow>(
    "SELECT size, content_size FROM manifests WHERE repository_id = ? AND digest = ?",
  );
  const insert = database.query<{ id: number }>(
    `INSERT INTO manifests
       (repository_id, digest, media_type, artifact_type, subject, size, content_size, pushed_at, description, annotations, bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (repository_id, digest)
       DO UPDATE SET media_type = excluded.media_type, pushed_at = excluded.pushed_at
     RETURNING id`,
  );
  const insertReference = database.query(
    "INSERT OR IGNORE INTO manifest_references (repository_id, digest, manifest_id) VALUES (?, ?, ?)",
  );
  const moveTag = database.query(
    `INSERT INTO tags (repository_id, name, manifest_id, pushed_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (repository_id, name) DO UPDATE SET manifest_id = excluded.manifest_id, pushed_at = excluded.pushed_at`,
  );
  const remove = database.query("DELETE FROM manifests WHERE repository_id = ? AND digest = ?");
  const listing = database.query<{ digest: Digest }>(
    `SELECT m.digest FROM manifest_references r JOIN manifests m ON m.id = r.manifest_id
     WHERE r.repository_id = ? AND r.digest = ? LIMIT 1`,
  );
  const referrers = database.query<ReferrerRow>(
    `SELECT digest, media_type, artifact_type, size, annotations FROM manifests
     WHERE repository_id = ? AND subject = ? AND digest > ? AND (?4 IS NULL OR artifact_type = ?4)
     ORDER BY digest LIMIT ?5`,
  );
  const newestReferrer = database.query<ReferrerRow>(
    `SELECT digest, media_type, artifact_type, size, annotations FROM manifests
     WHERE repository_id = ? AND subject = ? AND artifact_type = ? ORDER BY pushed_at DESC, id DESC LIMIT 1`,
  );

  /** What all references add up to, after a check that each is there. */
  function referencedBytes(id: number, manifest: PushedManifest): number {
    let bytes = 0;
    for (const reference of successors(manifest.document)) {
      const stored = manifestSize.first(id, reference.digest) ?? blobSize.first(id, reference.digest);
      if (!stored) {
        if (isForeign(reference)) continue;
        throw referenceMissing(reference);
      }
      if (stored.size !== reference.size) throw referenceSizeDiffers(reference, stored.size);
      bytes += stored.content_size;
    }
    return bytes;
  }

  return {
    async manifest(repository, tagOrDigest) {
      const id = ids.find(repository);
      const query = isDigest(tagOrDigest) ? byDigest : byTag;
      const row = id === undefined ? undefined : query.first(id, tagOrDigest);
      if (!row) throw manifestUnknown(repository, tagOrDigest);
      return storedManifest(row);
    },

    putManifest(repository, manifest, tags) {
      return database.write(() => {
        const id = ids.findOrCreate(repository);
        const { document, bytes, digest, mediaType } = manifest;
        const row = insert.one(
          id,
          digest,
          mediaType,
          artifactType(manifest),
          document.subject?.digest ?? null,
          bytes.byteLength,
          bytes.byteLength + referencedBytes(id, manifest),
          now().getTime(),
          document.annotations?.["org.opencontainers.image.description"]?.slice(0, longestDescription) ?? "",
          JSON.stringify(document.annotations ?? {}),
          bytes,
        );
        for (const reference of successors(document)) insertReference.run(id, reference.digest, row.id);
        for (const tag of tags) moveTag.run(id, tag, row.id, now().getTime());
      });
    },

    deleteManifest(repository, digest) {
      return database.write(() => {
        const id = ids.find(repository);
        if (id === undefined || !manifestSize.first(id, digest)) throw manifestUnknown(repository, digest);
        const index = listing.first(id, digest);
        if (index) throw stillReferenced(digest, index.digest);
        remove.run(id, digest);
      });
    },

    async referrers(repository, subject, query) {
      const id = ids.find(repository);
      if (id === undefined) return [];
      const rows = referrers.all(id, subject, query.after ?? "", query.artifactType ?? null, query.limit);
      return rows.map(referrerDescriptor);
    },

    async newestReferrer(repository, subject, type) {
      const id = ids.find(repository);
      const row = id === undefined ? undefined : newestReferrer.first(id, subject, type);
      return row && referrerDescriptor(row);
    },
  };
}

/** image-spec v1.1, layer.md: layers that are fetched from elsewhere, and that a client does not push. */
function isForeign(reference: Descriptor): boolean {
  return reference.mediaType.includes(".nondistributable.") || reference.mediaType.includes(".foreign.");
}

/** distribution-spec v1.1, "Listing Referrers": an image manifest without one has its config's media type. */
function artifactType({ document }: PushedManifest): string | null {
  if (document.artifactType) return document.artifactType;
  return isImageIndex(document) ? null : document.config.mediaType;
}

function storedManifest(row: StoredRow): StoredManifest {
  return { digest: row.digest, mediaType: row.media_type, bytes: row.bytes };
}

function referrerDescriptor(row: ReferrerRow): Descriptor {
  const annotations = JSON.parse(row.annotations) as Annotations;
  return {
    mediaType: row.media_type,
    digest: row.digest,
    size: row.size,
    ...(row.artifact_type === null ? {} : { artifactType: row.artifact_type }),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}
