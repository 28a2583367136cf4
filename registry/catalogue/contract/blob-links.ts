import { expect, test } from "vitest";
import { blob, image, link, type OpenCatalogue, pushImage } from "./samples.ts";

export function blobLinksContract(open: OpenCatalogue): void {
  const { digest, size } = blob("module");

  test("a blob is shown only by the repository that it was linked in", async () => {
    const catalogue = await open();
    await catalogue.linkBlob("me/filter", digest, size);
    expect(await catalogue.blobSize("me/filter", digest)).toBe(size);
    expect(await catalogue.blobSize("me/other", digest)).toBeUndefined();
    expect(await catalogue.blobSize("me/filter", blob("other").digest)).toBeUndefined();
  });

  test("a second link changes nothing", async () => {
    const catalogue = await open();
    await catalogue.linkBlob("me/filter", digest, size);
    await catalogue.linkBlob("me/filter", digest, size);
    expect(await catalogue.blobSize("me/filter", digest)).toBe(size);
  });

  test("mounts from the repository that is named, if it shows the blob", async () => {
    const catalogue = await open();
    await catalogue.linkBlob("me/filter", digest, size);
    expect(await catalogue.mountBlob("you/copy", digest, "me/other")).toBe(false);
    expect(await catalogue.blobSize("you/copy", digest)).toBeUndefined();
    expect(await catalogue.mountBlob("you/copy", digest, "me/filter")).toBe(true);
    expect(await catalogue.blobSize("you/copy", digest)).toBe(size);
  });

  test("mounts from any repository when none is named, and never a blob that no repository shows", async () => {
    const catalogue = await open();
    expect(await catalogue.mountBlob("you/copy", digest)).toBe(false);
    await catalogue.linkBlob("me/filter", digest, size);
    expect(await catalogue.mountBlob("you/copy", digest)).toBe(true);
    await catalogue.unlinkBlob("me/filter", digest);
    await catalogue.unlinkBlob("you/copy", digest);
    expect(await catalogue.mountBlob("you/copy", digest)).toBe(false);
  });

  test("unlinks in one repository, and leaves the others alone", async () => {
    const catalogue = await open();
    await catalogue.linkBlob("me/filter", digest, size);
    await catalogue.linkBlob("you/copy", digest, size);
    await catalogue.unlinkBlob("me/filter", digest);
    expect(await catalogue.blobSize("me/filter", digest)).toBeUndefined();
    expect(await catalogue.blobSize("you/copy", digest)).toBe(size);
  });

  test.each(["me/filter", "never/seen"])("cannot unlink in %s what it does not show", async (repository) => {
    const catalogue = await open();
    await link(catalogue, "me/filter", blob("another"));
    await expect(catalogue.unlinkBlob(repository, digest)).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
  });

  test("keeps a blob that a manifest of the repository needs, until the manifest is gone", async () => {
    const catalogue = await open();
    const manifest = await pushImage(catalogue, "me/filter", "module");
    await catalogue.linkBlob("you/copy", digest, size);
    await expect(catalogue.unlinkBlob("me/filter", digest)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      detail: { digest, referencedBy: image("module").digest },
    });
    expect(await catalogue.blobSize("me/filter", digest)).toBe(size);
    await catalogue.unlinkBlob("you/copy", digest);
    await catalogue.deleteManifest("me/filter", manifest.digest);
    await catalogue.unlinkBlob("me/filter", digest);
    expect(await catalogue.blobSize("me/filter", digest)).toBeUndefined();
  });
}
