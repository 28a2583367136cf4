import type { Catalogue } from "../catalogue.ts";
import { blobLinks } from "./blob-links.ts";
import { Database } from "./database.ts";
import { manifests } from "./manifests.ts";
import { repositories } from "./repositories.ts";
import { tags } from "./tags.ts";

export interface SqliteCatalogueOptions {
  /** Tests pass their own. */
  readonly now?: () => Date;
}

/**
 * Opens the catalogue in a SQLite file, which is created when absent and migrated when it is older.
 *
 * @param path of the file, or `:memory:`
 * @throws {HubServerError} HUB_DATA_TOO_NEW, HUB_DATA_DAMAGED
 */
export function openSqliteCatalogue(path: string, options: SqliteCatalogueOptions = {}): Catalogue {
  const { now = () => new Date() } = options;
  const database = Database.open(path);
  return {
    ...blobLinks(database, now),
    ...manifests(database, now),
    ...tags(database),
    ...repositories(database),
    close: () => database.close(),
  };
}
