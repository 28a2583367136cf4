import { describe } from "vitest";
import { blobLinksContract } from "./contract/blob-links.ts";
import { concurrencyContract } from "./contract/concurrency.ts";
import { durabilityContract } from "./contract/durability.ts";
import { manifestsContract } from "./contract/manifests.ts";
import { referrersContract } from "./contract/referrers.ts";
import { repositoriesContract } from "./contract/repositories.ts";
import type { OpenCatalogue } from "./contract/samples.ts";
import { tagsContract } from "./contract/tags.ts";

const parts: Readonly<Record<string, (open: OpenCatalogue) => void>> = {
  "blob links": blobLinksContract,
  manifests: manifestsContract,
  referrers: referrersContract,
  tags: tagsContract,
  repositories: repositoriesContract,
  "writes at the same time": concurrencyContract,
  durability: durabilityContract,
};

/** Every catalogue passes these. Call it once for each: SQLite, Postgres … */
export function catalogueContract(open: OpenCatalogue): void {
  describe.each(Object.entries(parts))("%s", (_name, part) => {
    part(open);
  });
}
