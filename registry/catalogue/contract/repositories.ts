import { expect, test } from "vitest";
import { blob, link, type OpenCatalogue, pushImage, tickingClock } from "./samples.ts";

export function repositoriesContract(open: OpenCatalogue): void {
  const described = (description: string): { annotations: Record<string, string> } => ({
    annotations: { "org.opencontainers.image.description": description },
  });

  test("are listed by name, page after page, when they have a manifest", async () => {
    const catalogue = await open();
    for (const name of ["b/two", "a/one", "c", "a-b"]) await pushImage(catalogue, name, "module");
    await link(catalogue, "only/blobs", blob("module"));
    expect(await catalogue.repositories({ limit: 10 })).toEqual(["a-b", "a/one", "b/two", "c"]);
    expect(await catalogue.repositories({ after: "a-b", limit: 2 })).toEqual(["a/one", "b/two"]);
    expect(await catalogue.repositories({ after: "b/two", limit: 2 })).toEqual(["c"]);
    expect(await catalogue.repositories({ limit: 0 })).toEqual([]);
  });

  test("are found with a tag only, the one that was pushed to last first", async () => {
    const catalogue = await open(tickingClock());
    await pushImage(catalogue, "me/old", "module", ["v1", "v2"], described("the old one"));
    await pushImage(catalogue, "me/new", "module", ["v1"]);
    await pushImage(catalogue, "me/untagged", "module");
    const { digest } = await pushImage(catalogue, "me/old", "other", ["v3"], described("the old one, again"));
    const { total, found } = await catalogue.findRepositories({ text: "", skip: 0, limit: 10 });
    expect(total).toBe(2);
    expect(found).toMatchObject([
      { name: "me/old", tagCount: 3, description: "the old one, again", newest: { tag: "v3", digest } },
      { name: "me/new", tagCount: 1, description: "", newest: { tag: "v1" } },
    ]);
  });

  test("are found in parts, and the total counts them all", async () => {
    const catalogue = await open(tickingClock());
    for (const name of ["a", "b", "c", "d", "e"]) await pushImage(catalogue, name, "module", ["v1"]);
    const names = async (skip: number): Promise<string[]> => {
      const { total, found } = await catalogue.findRepositories({ text: "", skip, limit: 2 });
      expect(total).toBe(5);
      return found.map(({ name }) => name);
    };
    expect(await Promise.all([names(0), names(2), names(4), names(6)])).toEqual([["e", "d"], ["c", "b"], ["a"], []]);
  });

  test.each([
    ["rate", ["me/rate-limit"]],
    ["RATE", ["me/rate-limit"]],
    ["me/", ["me/rate-limit", "me/a_b"]],
    ["_", ["me/a_b"]],
    ["%", []],
    ["\\", []],
    ["'; DROP TABLE tags; --", []],
  ])("a search for %j finds %j", async (text, names) => {
    const catalogue = await open(tickingClock());
    for (const name of ["me/a_b", "you/axb", "me/rate-limit"]) await pushImage(catalogue, name, "module", ["v1"]);
    const { total, found } = await catalogue.findRepositories({ text, skip: 0, limit: 10 });
    expect(found.map(({ name }) => name)).toEqual(names);
    expect(total).toBe(names.length);
  });

  test("list their tags, the one that was pushed last first", async () => {
    const now = tickingClock();
    const catalogue = await open(now);
    for (const tag of ["v1", "v3", "v2"]) await pushImage(catalogue, "me/filter", `module ${tag}`, [tag]);
    await pushImage(catalogue, "me/filter", "module v1", ["v1"]);
    const tags = await catalogue.taggedManifests("me/filter", { skip: 0, limit: 10 });
    expect(tags.map(({ tag }) => tag)).toEqual(["v1", "v2", "v3"]);
    expect(tags[0]?.pushedAt.getTime()).toBeGreaterThan(tags[1]?.pushedAt.getTime() ?? Infinity);
    expect(await catalogue.taggedManifests("me/filter", { skip: 1, limit: 1 })).toMatchObject([{ tag: "v2" }]);
    expect(await catalogue.taggedManifests("me/filter", { skip: 3, limit: 1 })).toEqual([]);
  });

  test("without a tag are an unknown name", async () => {
    const catalogue = await open();
    await pushImage(catalogue, "me/filter", "module");
    for (const name of ["me/filter", "never/seen"]) {
      await expect(catalogue.taggedManifests(name, { skip: 0, limit: 10 })).rejects.toMatchObject({
        code: "NAME_UNKNOWN",
      });
    }
  });

  test("show a description of a sane length", async () => {
    const catalogue = await open();
    await pushImage(catalogue, "me/filter", "module", ["v1"], described("x".repeat(10_000)));
    const { found } = await catalogue.findRepositories({ text: "", skip: 0, limit: 1 });
    expect(found[0]?.description.length).toBeLessThanOrEqual(500);
  });
}
