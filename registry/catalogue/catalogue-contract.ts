import { describe } from "vitest";
import { blobLinksContract } from "./contract/blob-links.ts";
import { concurrencyContract } from "./contract/concurrency.ts";
import { durabilityContract } from "./contract/durability.ts";
import { manifestsContract } from "./contract/manifests.ts";
import { referrersContract } from "./contract/referrers.ts";
import { repositoriesContract } from "./contract/repositories.ts";
import type { OpenCatalogue } from "./contract/samples.ts";
import { tagsContract } from "./contract/tags.ts";

/** Every catalogue passes these. Call it once for each: SQLite, Postgres … */
export function catalogueContract(open: OpenCatalogue): void {
  describe("blob links", () => blobLinksContract(open));
  describe("manifests", () => manifestsContract(open));
  describe("referrers", () => referrersContract(open));
  describe("tags", () => tagsContract(open));
  describe("repositories", () => repositoriesContract(open));
  describe("writes at the same time", () => concurrencyContract(open));
  describe("durability", () => durabilityContract(open));
}
