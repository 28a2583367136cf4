import { expect, test } from "vitest";
import { digestOf, mediaTypes } from "#oci";
import type { Catalogue, PushedManifest } from "../catalogue.ts";
import { config, descriptorOf, image, type OpenCatalogue, pushImage, tickingClock } from "./samples.ts";

export function referrersContract(open: OpenCatalogue): void {
  const subject = descriptorOf(image("subject"));

  async function attach(
    catalogue: Catalogue,
    text: string,
    artifactType?: string,
    repository = "me/filter",
  ): Promise<PushedManifest> {
    const type = artifactType === undefined ? {} : { artifactType };
    return pushImage(catalogue, repository, text, [], { subject, ...type, annotations: { text } });
  }

  test("lists what refers to a manifest, also to one that is not there, by digest", async () => {
    const catalogue = await open();
    const attached = [await attach(catalogue, "a", "x/sbom"), await attach(catalogue, "b", "x/readme")];
    await attach(catalogue, "elsewhere", "x/sbom", "you/copy");
    await pushImage(catalogue, "me/filter", "subject");
    const found = await catalogue.referrers("me/filter", subject.digest, { limit: 10 });
    expect(found.map(({ digest }) => digest)).toEqual(attached.map(({ digest }) => digest).toSorted());
    expect(found).toContainEqual({
      mediaType: mediaTypes.imageManifest,
      digest: image("a", { subject, artifactType: "x/sbom", annotations: { text: "a" } }).digest,
      size: attached[0]?.bytes.byteLength,
      artifactType: "x/sbom",
      annotations: { text: "a" },
    });
    expect(await catalogue.referrers("me/filter", digestOf("nobody"), { limit: 10 })).toEqual([]);
    expect(await catalogue.referrers("never/seen", subject.digest, { limit: 10 })).toEqual([]);
  });

  test("takes the config's media type for the type of an image that says none", async () => {
    const catalogue = await open();
    const { digest } = await attach(catalogue, "a");
    await attach(catalogue, "b", "x/sbom");
    const query = { limit: 10, artifactType: config.mediaType };
    expect(await catalogue.referrers("me/filter", subject.digest, query)).toMatchObject([
      { digest, artifactType: config.mediaType },
    ]);
  });

  test("goes through pages, each after the digest that the last one ended with, in one type as well", async () => {
    const catalogue = await open();
    for (let number = 0; number < 5; number++) await attach(catalogue, `sbom ${number}`, "x/sbom");
    await attach(catalogue, "readme", "x/readme");
    const query = { limit: 2, artifactType: "x/sbom" };
    const seen: string[] = [];
    for (let after: string | undefined; ; after = seen.at(-1)) {
      const page = await catalogue.referrers("me/filter", subject.digest, { ...query, after });
      expect(page.length).toBeLessThanOrEqual(2);
      if (page.length === 0) break;
      seen.push(...page.map(({ digest }) => digest));
    }
    expect(seen).toHaveLength(5);
    expect(seen).toEqual([...new Set(seen)].toSorted());
  });

  test("forgets one that was deleted", async () => {
    const catalogue = await open();
    const { digest } = await attach(catalogue, "a", "x/sbom");
    await catalogue.deleteManifest("me/filter", digest);
    expect(await catalogue.referrers("me/filter", subject.digest, { limit: 10 })).toEqual([]);
  });

  test("knows which of a type was pushed last, also when it was pushed before", async () => {
    const catalogue = await open(tickingClock());
    const newest = async (): Promise<string | undefined> =>
      (await catalogue.newestReferrer("me/filter", subject.digest, "x/readme"))?.digest;
    expect(await newest()).toBeUndefined();
    const first = await attach(catalogue, "first", "x/readme");
    const second = await attach(catalogue, "second", "x/readme");
    await attach(catalogue, "other", "x/sbom");
    expect(await newest()).toBe(second.digest);
    await attach(catalogue, "first", "x/readme");
    expect(await newest()).toBe(first.digest);
  });
}
