import { expect, test } from "vitest";
import { blob, image, link, type OpenCatalogue, pushImage } from "./samples.ts";

export function durabilityContract(open: OpenCatalogue): void {
  test("what was written is there when the catalogue is opened again", async () => {
    const first = await open();
    const kept = await pushImage(first, "me/filter", "kept", ["v1", "v2"]);
    const deleted = await pushImage(first, "me/filter", "deleted", ["v3"]);
    await first.deleteManifest("me/filter", deleted.digest);
    await first.deleteTag("me/filter", "v2");
    await first.unlinkBlob("me/filter", blob("deleted").digest);
    await first.close();

    const again = await open();
    expect((await again.manifest("me/filter", "v1")).digest).toBe(kept.digest);
    expect(await again.tags("me/filter", { limit: 10 })).toEqual(["v1"]);
    expect(await again.blobSize("me/filter", blob("kept").digest)).toBe(4);
    expect(await again.blobSize("me/filter", blob("deleted").digest)).toBeUndefined();
    await expect(again.manifest("me/filter", deleted.digest)).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  });

  test("what was answered is there for another process, though nothing was closed", async () => {
    const writer = await open();
    for (const text of ["one", "two", "three"]) {
      await pushImage(writer, "me/filter", text, [text]);
      const reader = await open();
      expect((await reader.manifest("me/filter", text)).digest).toBe(image(text).digest);
      await reader.close();
    }
  });

  test("writes that were asked for before it closes are written", async () => {
    const first = await open();
    await link(first, "me/filter", blob("module"));
    const writes = Array.from({ length: 10 }, (_, number) =>
      first.linkBlob("me/filter", blob(`blob ${number}`).digest, number),
    );
    await first.close();
    await Promise.all(writes);
    const again = await open();
    for (let number = 0; number < 10; number++) {
      expect(await again.blobSize("me/filter", blob(`blob ${number}`).digest)).toBe(number);
    }
  });
}
