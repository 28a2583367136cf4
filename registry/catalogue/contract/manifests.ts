import { expect, test } from "vitest";
import { type Descriptor, type Manifest, mediaTypes } from "#oci";
import type { Catalogue, PushedManifest } from "../catalogue.ts";
import { blob, config, descriptorOf, image, index, link, type OpenCatalogue, pushed, pushImage } from "./samples.ts";

export function manifestsContract(open: OpenCatalogue): void {
  test("gives a manifest back byte for byte, by digest and by each of its tags", async () => {
    const catalogue = await open();
    const { digest, mediaType, bytes } = await pushImage(catalogue, "me/filter", "module", ["v1", "latest"]);
    for (const reference of [digest, "v1", "latest"]) {
      const found = await catalogue.manifest("me/filter", reference);
      expect(found).toMatchObject({ digest, mediaType });
      expect(Buffer.from(found.bytes).equals(bytes)).toBe(true);
    }
  });

  test.each([
    ["a tag", "v2"],
    ["a digest", image("another").digest],
    ["another repository", "v1", "me/other"],
  ])("does not know %s that was not pushed", async (_what, reference, repository = "me/filter") => {
    const catalogue = await open();
    await pushImage(catalogue, "me/filter", "module", ["v1"]);
    await expect(catalogue.manifest(repository, reference)).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  });

  test("moves a tag, and keeps the manifest that it left", async () => {
    const catalogue = await open();
    const first = await pushImage(catalogue, "me/filter", "first", ["v1"]);
    const second = await pushImage(catalogue, "me/filter", "second", ["v1"]);
    expect((await catalogue.manifest("me/filter", "v1")).digest).toBe(second.digest);
    expect((await catalogue.manifest("me/filter", first.digest)).digest).toBe(first.digest);
  });

  test("takes the same manifest again, with another tag", async () => {
    const catalogue = await open();
    await pushImage(catalogue, "me/filter", "module", ["v1"]);
    const { digest } = await pushImage(catalogue, "me/filter", "module", ["v2"]);
    expect((await catalogue.manifest("me/filter", "v1")).digest).toBe(digest);
    expect((await catalogue.manifest("me/filter", "v2")).digest).toBe(digest);
  });

  test("keeps the same bytes under a sha512 and a sha256 digest apart", async () => {
    const catalogue = await open();
    const short = await pushImage(catalogue, "me/filter", "module", ["v1"]);
    const long = pushed(short.document, "sha512");
    await catalogue.putManifest("me/filter", long, []);
    await catalogue.deleteManifest("me/filter", short.digest);
    expect((await catalogue.manifest("me/filter", long.digest)).digest).toBe(long.digest);
  });

  const { digest: layerDigest, size: layerSize } = blob("module");
  const refusals: readonly (readonly [name: string, manifest: PushedManifest, code: string])[] = [
    ["whose layer is missing", image("not pushed"), "MANIFEST_BLOB_UNKNOWN"],
    ["whose config is missing", imageWith({ config: blob("[]") }), "MANIFEST_BLOB_UNKNOWN"],
    ["whose layer is only in another repository", image("elsewhere"), "MANIFEST_BLOB_UNKNOWN"],
    ["that lists a manifest that is missing", index(image("not pushed")), "MANIFEST_BLOB_UNKNOWN"],
    [
      "that says a wrong size of its layer",
      imageWith({ layers: [{ mediaType: "x/y", digest: layerDigest, size: layerSize + 1 }] }),
      "MANIFEST_INVALID",
    ],
  ];
  test.each(refusals)("refuses a manifest %s, and nothing of it shows", async (_name, manifest, code) => {
    const catalogue = await open();
    const before = await pushImage(catalogue, "me/filter", "module", ["v1"]);
    await link(catalogue, "me/other", blob("elsewhere"), config);
    await expect(catalogue.putManifest("me/filter", manifest, ["v1", "v2"])).rejects.toMatchObject({ code });
    expect(await catalogue.tags("me/filter", { limit: 10 })).toEqual(["v1"]);
    expect((await catalogue.manifest("me/filter", "v1")).digest).toBe(before.digest);
    await expect(catalogue.manifest("me/filter", manifest.digest)).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });

    await expect(catalogue.putManifest("new/one", manifest, ["v1"])).rejects.toMatchObject({
      code: "MANIFEST_BLOB_UNKNOWN",
    });
    expect(await catalogue.repositories({ limit: 10 })).toEqual(["me/filter"]);
  });

  test("does not ask for layers that clients fetch from elsewhere", async () => {
    const catalogue = await open();
    const foreign = blob("windows", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
    const manifest = imageWith({ layers: [foreign] });
    await link(catalogue, "me/filter", config);
    await catalogue.putManifest("me/filter", manifest, ["v1"]);
    expect((await catalogue.manifest("me/filter", "v1")).digest).toBe(manifest.digest);
  });

  test("deletes a manifest with its tags, in one repository, and nothing else", async () => {
    const catalogue = await open();
    const doomed = await pushImage(catalogue, "me/filter", "doomed", ["v1", "v2"]);
    const kept = await pushImage(catalogue, "me/filter", "kept", ["v3"]);
    await pushImage(catalogue, "you/copy", "doomed", ["v1"]);
    await catalogue.deleteManifest("me/filter", doomed.digest);
    await expectUnknown(catalogue, "me/filter", doomed.digest, "v1", "v2");
    expect((await catalogue.manifest("me/filter", "v3")).digest).toBe(kept.digest);
    expect((await catalogue.manifest("you/copy", "v1")).digest).toBe(doomed.digest);
    await expect(catalogue.deleteManifest("me/filter", doomed.digest)).rejects.toMatchObject({
      code: "MANIFEST_UNKNOWN",
    });
    await expect(catalogue.deleteManifest("never/seen", kept.digest)).rejects.toMatchObject({
      code: "MANIFEST_UNKNOWN",
    });
  });

  test("keeps a manifest that an index of the repository lists, until the index is gone", async () => {
    const catalogue = await open();
    const child = await pushImage(catalogue, "me/filter", "child");
    const parent = index(child);
    await catalogue.putManifest("me/filter", parent, ["all"]);
    await expect(catalogue.deleteManifest("me/filter", child.digest)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      detail: { referencedBy: parent.digest },
    });
    await catalogue.deleteManifest("me/filter", parent.digest);
    await catalogue.deleteManifest("me/filter", child.digest);
    await expectUnknown(catalogue, "me/filter", "all", child.digest, parent.digest);
  });

  test("adds up what a manifest points at, through an index as well", async () => {
    const catalogue = await open();
    const first = await pushImage(catalogue, "me/filter", "12345", ["one"]);
    const second = await pushImage(catalogue, "me/filter", "1234567", []);
    const both = index(first, second);
    await catalogue.putManifest("me/filter", both, ["both"]);
    const sizes = await catalogue.taggedManifests("me/filter", { skip: 0, limit: 10 });
    const whole = (manifest: PushedManifest, layer: number): number =>
      descriptorOf(manifest).size + config.size + layer;
    expect(Object.fromEntries(sizes.map(({ tag, contentSizeBytes }) => [tag, contentSizeBytes]))).toEqual({
      one: whole(first, 5),
      both: descriptorOf(both).size + whole(first, 5) + whole(second, 7),
    });
  });
}

function imageWith(parts: { readonly config?: Descriptor; readonly layers?: readonly Descriptor[] }): PushedManifest {
  const document: Manifest = { schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers: [], ...parts };
  return pushed(document);
}

async function expectUnknown(catalogue: Catalogue, repository: string, ...references: string[]): Promise<void> {
  for (const reference of references) {
    await expect(catalogue.manifest(repository, reference)).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  }
}
