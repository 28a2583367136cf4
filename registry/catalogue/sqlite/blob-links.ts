import type { Digest } from "#oci";
import { blobUnknown } from "../../blobs/refusals.ts";
import type { BlobLinks } from "../catalogue.ts";
import { stillReferenced } from "../refusals.ts";
import type { Database } from "./database.ts";
import { repositoryIds } from "./repository-ids.ts";

export function blobLinks(database: Database, now: () => Date): BlobLinks {
  const ids = repositoryIds(database);
  const size = database.query<{ size: number }>("SELECT size FROM blobs WHERE repository_id = ? AND digest = ?");
  const sizeAnywhere = database.query<{ size: number }>("SELECT size FROM blobs WHERE digest = ? LIMIT 1");
  const link = database.query(
    "INSERT OR IGNORE INTO blobs (repository_id, digest, size, linked_at) VALUES (?, ?, ?, ?)",
  );
  const unlink = database.query("DELETE FROM blobs WHERE repository_id = ? AND digest = ?");
  const referencing = database.query<{ digest: Digest }>(
    `SELECT m.digest FROM manifest_references r JOIN manifests m ON m.id = r.manifest_id
     WHERE r.repository_id = ? AND r.digest = ? LIMIT 1`,
  );

  function sizeIn(repository: string, digest: Digest): number | undefined {
    const id = ids.find(repository);
    return id === undefined ? undefined : size.first(id, digest)?.size;
  }

  function linkIn(repository: string, digest: Digest, sizeBytes: number): void {
    link.run(ids.findOrCreate(repository), digest, sizeBytes, now().getTime());
  }

  return {
    async blobSize(repository, digest) {
      return sizeIn(repository, digest);
    },

    linkBlob(repository, digest, sizeBytes) {
      return database.write(() => linkIn(repository, digest, sizeBytes));
    },

    mountBlob(repository, digest, from) {
      return database.write(() => {
        const sizeBytes = from === undefined ? sizeAnywhere.first(digest)?.size : sizeIn(from, digest);
        if (sizeBytes === undefined) return false;
        linkIn(repository, digest, sizeBytes);
        return true;
      });
    },

    unlinkBlob(repository, digest) {
      return database.write(() => {
        const id = ids.find(repository);
        if (id === undefined || size.first(id, digest) === undefined) throw blobUnknown(digest);
        const user = referencing.first(id, digest);
        if (user) throw stillReferenced(digest, user.digest);
        unlink.run(id, digest);
      });
    },
  };
}
