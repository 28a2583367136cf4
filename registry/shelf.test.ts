import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Annotations, digestOf, type Manifest, mediaTypes, parseManifest } from "#oci";
import { type PackedImage, packFilterImage, packReferrer, referrerTypes } from "#oci/image";
import { MemoryBlobStore } from "./blobs/memory.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import { pushed, tickingClock } from "./catalogue/contract/samples.ts";
import { openSqliteCatalogue } from "./catalogue/sqlite/catalogue.ts";
import { shelf } from "./shelf.ts";

let catalogue: Catalogue;
let blobs: MemoryBlobStore;
beforeEach(() => {
  catalogue = openSqliteCatalogue(":memory:", { now: tickingClock() });
  blobs = new MemoryBlobStore();
});
afterEach(() => catalogue.close());

async function push(image: PackedImage, tags: readonly string[] = []): Promise<void> {
  for (const { descriptor, bytes } of image.blobs) {
    const upload = await blobs.start("me/filter");
    await blobs.append(upload, single(bytes));
    await blobs.commit(upload, descriptor.digest);
    await catalogue.linkBlob("me/filter", descriptor.digest, descriptor.size);
  }
  const { descriptor, bytes } = image.manifest;
  const document = parseManifest(bytes, descriptor.mediaType);
  await catalogue.putManifest("me/filter", { ...descriptor, bytes, document }, tags);
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(bytes);
}

function filter(text: string, annotations: Annotations = {}): Promise<PackedImage> {
  const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: [text] } } as const;
  return packFilterImage({ module: Buffer.from(text), runtimeConfig, annotations });
}

function attach(to: PackedImage, artifactType: string, text: string): Promise<void> {
  const subject = to.manifest.descriptor;
  return push(
    packReferrer({ subject, artifactType, mediaType: "text/plain", bytes: Buffer.from(text), title: "file" }),
  );
}

describe("shelf()", () => {
  test("shows the newest tag: its facts, and the README and schema that were pushed last", async () => {
    await push(await filter("old", { "example.age": "old" }), ["v1"]);
    const image = await filter("new", { "example.age": "new" });
    await push(image, ["v2"]);
    // Whichever has the smaller digest: the last counts.
    for (const text of ["first", "second", "third", "last"]) await attach(image, referrerTypes.readme, text);
    await attach(image, referrerTypes.configSchema, '{"type":"object"}');
    expect(await shelf(catalogue, blobs).repository("me/filter")).toMatchObject({
      name: "me/filter",
      tags: [{ tag: "v2", digest: image.manifest.descriptor.digest }, { tag: "v1" }],
      filter: {
        format: "oci",
        moduleSizeBytes: 3,
        moduleDigest: digestOf("new"),
        abiVersions: ["v0.2.1"],
        rootIds: ["new"],
        configSchema: '{"type":"object"}',
      },
      annotations: { "example.age": "new" },
      readme: "last",
    });
  });

  test("shows something that is no filter without a filter's facts", async () => {
    const config = { mediaType: "x/config", digest: digestOf("{}"), size: 2 };
    await catalogue.linkBlob("me/filter", config.digest, 2);
    const document: Manifest = { schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers: [] };
    await catalogue.putManifest("me/filter", pushed(document), ["v1"]);
    const found = await shelf(catalogue, blobs).repository("me/filter");
    expect(found).toMatchObject({ filter: undefined, readme: undefined, tags: [{ tag: "v1" }] });
  });

  test("leaves out a README that is too large, or whose bytes are lost", async () => {
    const image = await filter("x");
    await push(image, ["v1"]);
    await attach(image, referrerTypes.readme, "x".repeat(300 * 1024));
    expect((await shelf(catalogue, blobs).repository("me/filter"))?.readme).toBeUndefined();
    await attach(image, referrerTypes.readme, "kept");
    expect((await shelf(catalogue, blobs).repository("me/filter"))?.readme).toBe("kept");
    expect((await shelf(catalogue, new MemoryBlobStore()).repository("me/filter"))?.readme).toBeUndefined();
  });

  test.each(["never/seen", "NOT A NAME", "../../etc", ""])("does not know %j", async (name) => {
    await push(await filter("x"), ["v1"]);
    expect(await shelf(catalogue, blobs).repository(name)).toBeUndefined();
  });

  test("does not know a repository whose last tag is gone", async () => {
    await push(await filter("x"), ["v1"]);
    await catalogue.deleteTag("me/filter", "v1");
    expect(await shelf(catalogue, blobs).repository("me/filter")).toBeUndefined();
    expect(await shelf(catalogue, blobs).search("", { skip: 0, limit: 10 })).toEqual({ total: 0, found: [] });
  });
});
