import fc from "fast-check";
import { expect, test } from "vitest";
import { blob, link, type OpenCatalogue, pushImage } from "./samples.ts";

export function tagsContract(open: OpenCatalogue): void {
  test("are in the order of their bytes: digits, upper case, underscore, lower case", async () => {
    const catalogue = await open();
    await pushImage(catalogue, "me/filter", "module", ["b", "a", "_", "Z", "v10", "v9", "0"]);
    expect(await catalogue.tags("me/filter", { limit: 10 })).toEqual(["0", "Z", "_", "a", "b", "v10", "v9"]);
  });

  test.each([
    { after: undefined, limit: 2, page: ["b", "d"] },
    { after: "b", limit: 2, page: ["d", "f"] },
    { after: "c", limit: 2, page: ["d", "f"] },
    { after: "f", limit: 2, page: [] },
    { after: undefined, limit: 0, page: [] },
  ])("after $after, at most $limit: $page", async ({ after, limit, page }) => {
    const catalogue = await open();
    await pushImage(catalogue, "me/filter", "module", ["b", "d", "f"]);
    expect(await catalogue.tags("me/filter", { after, limit })).toEqual(page);
  });

  test("come once each, whatever they are called and however long the pages are", async () => {
    const tag = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,5}$/);
    const catalogue = await open();
    let repository = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(tag, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (tags, limit) => {
          const name = `me/filter-${++repository}`;
          await pushImage(catalogue, name, "module", tags);
          const seen: string[] = [];
          for (let page = await catalogue.tags(name, { limit }); page.length > 0;) {
            seen.push(...page);
            page = await catalogue.tags(name, { limit, after: page.at(-1) });
          }
          expect(seen).toEqual(tags.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("are an unknown name where there is no manifest, and an empty list where there is no tag", async () => {
    const catalogue = await open();
    const unknown = { code: "NAME_UNKNOWN" };
    await expect(catalogue.tags("me/filter", { limit: 10 })).rejects.toMatchObject(unknown);
    await link(catalogue, "me/filter", blob("module"));
    await expect(catalogue.tags("me/filter", { limit: 10 })).rejects.toMatchObject(unknown);
    const { digest } = await pushImage(catalogue, "me/filter", "module");
    expect(await catalogue.tags("me/filter", { limit: 10 })).toEqual([]);
    await catalogue.deleteManifest("me/filter", digest);
    await expect(catalogue.tags("me/filter", { limit: 10 })).rejects.toMatchObject(unknown);
  });

  test("are deleted one by one: the manifest and its other tags stay", async () => {
    const catalogue = await open();
    const { digest } = await pushImage(catalogue, "me/filter", "module", ["v1", "v2"]);
    await catalogue.deleteTag("me/filter", "v1");
    expect(await catalogue.tags("me/filter", { limit: 10 })).toEqual(["v2"]);
    expect((await catalogue.manifest("me/filter", digest)).digest).toBe(digest);
    await expect(catalogue.deleteTag("me/filter", "v1")).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
    await expect(catalogue.deleteTag("never/seen", "v2")).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  });
}
