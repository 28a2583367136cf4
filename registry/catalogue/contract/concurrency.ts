import { expect, test } from "vitest";
import { blob, config, image, index, link, type OpenCatalogue, pushImage } from "./samples.ts";

export function concurrencyContract(open: OpenCatalogue): void {
  test("two pushes of one tag: one wins, and both manifests are there", async () => {
    const catalogue = await open();
    await link(catalogue, "me/filter", config, blob("one"), blob("other"));
    const pushes = [image("one"), image("other")];
    await Promise.all(pushes.map((manifest) => catalogue.putManifest("me/filter", manifest, ["v1"])));
    const digests = pushes.map(({ digest }) => digest);
    expect(digests).toContain((await catalogue.manifest("me/filter", "v1")).digest);
    for (const digest of digests) expect((await catalogue.manifest("me/filter", digest)).digest).toBe(digest);
    expect(await catalogue.tags("me/filter", { limit: 10 })).toEqual(["v1"]);
  });

  test("a refused write beside others is refused alone", async () => {
    const catalogue = await open();
    await link(catalogue, "me/filter", config, blob("good"), blob("too"));
    const outcomes = await Promise.allSettled([
      catalogue.putManifest("me/filter", image("good"), ["good"]),
      catalogue.putManifest("me/filter", image("without its layer"), ["bad"]),
      catalogue.putManifest("me/filter", image("too"), ["too"]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await catalogue.tags("me/filter", { limit: 10 })).toEqual(["good", "too"]);
  });

  // Whichever comes first, a manifest never points at something that is gone.
  test.each(["first", "last"])("a blob is unlinked while its manifest is pushed: it goes %s", async (order) => {
    const catalogue = await open();
    await link(catalogue, "me/filter", config, blob("module"));
    const put = (): Promise<void> => catalogue.putManifest("me/filter", image("module"), ["v1"]);
    const unlink = (): Promise<void> => catalogue.unlinkBlob("me/filter", blob("module").digest);
    const writes = order === "first" ? [unlink, put] : [put, unlink];
    const outcomes = await Promise.allSettled(writes.map((write) => write()));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const isThere = (await catalogue.manifest("me/filter", "v1").catch(() => undefined)) !== undefined;
    expect((await catalogue.blobSize("me/filter", blob("module").digest)) !== undefined).toBe(isThere);
  });

  test.each(["first", "last"])("a manifest is deleted while an index with it is pushed: it goes %s", async (order) => {
    const catalogue = await open();
    const child = await pushImage(catalogue, "me/filter", "child");
    const put = (): Promise<void> => catalogue.putManifest("me/filter", index(child), ["all"]);
    const remove = (): Promise<void> => catalogue.deleteManifest("me/filter", child.digest);
    const writes = order === "first" ? [remove, put] : [put, remove];
    const outcomes = await Promise.allSettled(writes.map((write) => write()));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const known = async (reference: string): Promise<boolean> =>
      (await catalogue.manifest("me/filter", reference).catch(() => undefined)) !== undefined;
    expect(await known("all")).toBe(await known(child.digest));
  });

  test("many pushes to a new repository at once make one repository with all of them", async () => {
    const catalogue = await open();
    const texts = Array.from({ length: 50 }, (_, number) => `filter ${number}`);
    await Promise.all(texts.map((text, number) => pushImage(catalogue, "me/filter", text, [`v${number}`])));
    expect(await catalogue.repositories({ limit: 10 })).toEqual(["me/filter"]);
    expect(await catalogue.tags("me/filter", { limit: 100 })).toHaveLength(50);
  });
}
