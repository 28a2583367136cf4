import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe } from "vitest";
import type { Catalogue } from "../catalogue.ts";
import { catalogueContract } from "../catalogue-contract.ts";
import { openSqliteCatalogue } from "./catalogue.ts";

let folder: string;
let opened: Catalogue[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalogue-"));
  opened = [];
});
afterEach(async () => {
  for (const catalogue of opened) await catalogue.close();
  await rm(folder, { recursive: true, force: true });
});

describe("SQLite catalogue", () => {
  catalogueContract(async (now) => {
    const catalogue = openSqliteCatalogue(join(folder, "catalogue.db"), now ? { now } : {});
    opened.push(catalogue);
    return catalogue;
  });
});
