import { describe, expect, test } from "vitest";
import {
  bytesSource,
  type ContentSource,
  contentNotFound,
  type ImageSource,
  type ImageTarget,
  type ReferrerLister,
} from "./content.ts";
import { copyImage } from "./copy.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import { isImageIndex, parseManifest } from "./manifest.ts";
import { isManifest, mediaTypes } from "./media-types.ts";
import { bytesContent, type Content, jsonContent, type PackedImage, writeImage } from "./image/content.ts";
import { packFilterImage } from "./image/pack.ts";
import { packReferrer } from "./image/referrer.ts";
import { verified } from "./content.ts";

/** A store in memory that notes what it is told, in order. */
class MemoryStore implements ImageSource, ImageTarget, ReferrerLister {
  readonly contents = new Map<Digest, Content>();
  readonly tags = new Map<string, Descriptor>();
  readonly log: string[] = [];
  /** Fails the writes of one kind of content. */
  failing: string | undefined;

  async has({ digest }: Descriptor): Promise<boolean> {
    return this.contents.has(digest);
  }

  async *open({ digest }: Descriptor, options: { readonly offsetBytes?: number } = {}): AsyncGenerator<Uint8Array> {
    const found = this.contents.get(digest);
    if (!found) throw contentNotFound(digest, "memory");
    yield found.bytes.subarray(options.offsetBytes ?? 0);
  }

  async put(content: Descriptor, source: ContentSource): Promise<void> {
    if (content.mediaType === this.failing) throw new Error("the disk is full");
    const bytes = Buffer.concat(await Array.fromAsync(verified(source(0), content)));
    this.contents.set(content.digest, { descriptor: content, bytes });
    this.log.push(isManifest(content.mediaType) ? "manifest" : "blob");
  }

  async resolve(tagOrDigest: string): Promise<Descriptor> {
    const found = this.tags.get(tagOrDigest) ?? this.contents.get(tagOrDigest as Digest)?.descriptor;
    if (!found) throw contentNotFound(tagOrDigest, "memory");
    return found;
  }

  async tag(manifest: Descriptor, tag: string): Promise<void> {
    this.tags.set(tag, manifest);
    this.log.push(`tag ${tag}`);
  }

  async *referrers(subject: Descriptor): AsyncGenerator<Descriptor> {
    for (const { descriptor, bytes } of this.contents.values()) {
      if (!isManifest(descriptor.mediaType)) continue;
      if (parseManifest(bytes, descriptor.mediaType).subject?.digest === subject.digest) yield descriptor;
    }
  }
}

const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["a"] } } as const;
const image = await packFilterImage({ module: Buffer.from("module"), runtimeConfig });

function note(subject: Descriptor, text: string): PackedImage {
  return packReferrer({
    subject,
    artifactType: "application/x",
    mediaType: "text/plain",
    title: "note.txt",
    bytes: Buffer.from(text),
  });
}

async function stores(): Promise<{ source: MemoryStore; target: MemoryStore }> {
  const source = new MemoryStore();
  await writeImage(source, image, "v1");
  return { source, target: new MemoryStore() };
}

describe("copyImage()", () => {
  test("stores the blobs, then the manifest, then the tag", async () => {
    const { source, target } = await stores();
    const { manifest, copied, skipped, copiedBytes } = await copyImage(source, target, "v1", { tag: "v2" });
    expect(target.log).toEqual(["blob", "blob", "blob", "manifest", "tag v2"]);
    expect(manifest).toEqual(image.manifest.descriptor);
    expect({ copied, skipped }).toEqual({ copied: 4, skipped: 0 });
    expect(copiedBytes).toBe([...target.contents.values()].reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
    expect(target.contents).toEqual(source.contents);
  });

  test("sends nothing a second time", async () => {
    const { source, target } = await stores();
    await copyImage(source, target, "v1", { tag: "v2", referrers: true });
    target.log.length = 0;
    const { copied, skipped } = await copyImage(source, target, "v1", { tag: "v2", referrers: true });
    expect({ copied, skipped }).toEqual({ copied: 0, skipped: 4 });
    expect(target.log).toEqual(["tag v2"]);
  });

  test("without a tag leaves an image without one", async () => {
    const { source, target } = await stores();
    await copyImage(source, target, image.manifest.descriptor.digest);
    expect(target.tags.size).toBe(0);
    expect(await target.has(image.manifest.descriptor)).toBe(true);
  });

  test("copies what was resolved before, even when the tag has moved since", async () => {
    const { source, target } = await stores();
    const resolved = await source.resolve("v1");
    source.tags.clear();
    const { manifest } = await copyImage(source, target, resolved, { tag: "v1" });
    expect(manifest).toEqual(resolved);
    expect(await target.resolve("v1")).toEqual(resolved);
  });

  test("takes referrers along, and theirs, when it is asked to", async () => {
    const { source, target } = await stores();
    const bill = note(image.manifest.descriptor, "bill of materials");
    const signature = note(bill.manifest.descriptor, "signature");
    await writeImage(source, bill);
    await writeImage(source, signature);
    await copyImage(source, target, "v1", { tag: "v1" });
    expect(await Array.fromAsync(target.referrers(image.manifest.descriptor))).toEqual([]);
    await copyImage(source, target, "v1", { tag: "v1", referrers: true });
    expect(target.contents).toEqual(source.contents);
    expect(target.log.at(-1)).toBe("tag v1");
  });

  test("follows an index to all its images", async () => {
    const { source, target } = await stores();
    const other = await packFilterImage({ module: Buffer.from("other"), runtimeConfig });
    await writeImage(source, other);
    const manifests = [image.manifest.descriptor, other.manifest.descriptor];
    const index = jsonContent(mediaTypes.imageIndex, { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests });
    await writeImage(source, { manifest: index, blobs: [] }, "all");
    await copyImage(source, target, "all", { tag: "all" });
    expect(target.contents).toEqual(source.contents);
    const found = parseManifest((target.contents.get(index.descriptor.digest) as Content).bytes, mediaTypes.imageIndex);
    expect(isImageIndex(found)).toBe(true);
    expect(target.log.slice(-2)).toEqual(["manifest", "tag all"]);
  });

  test("that fails at a blob leaves no manifest and no tag", async () => {
    const { source, target } = await stores();
    target.failing = mediaTypes.wasmContentLayer;
    await expect(copyImage(source, target, "v1", { tag: "v1" })).rejects.toThrow("the disk is full");
    expect(target.log).not.toContain("manifest");
    expect(target.tags.size).toBe(0);
  });

  test("that fails at a referrer leaves no tag", async () => {
    const { source, target } = await stores();
    await writeImage(source, note(image.manifest.descriptor, "note"));
    target.failing = "text/plain";
    await expect(copyImage(source, target, "v1", { tag: "v1", referrers: true })).rejects.toThrow("the disk is full");
    expect(target.tags.size).toBe(0);
  });

  test("of a damaged blob is CONTENT_MISMATCH, and leaves no manifest", async () => {
    const { source, target } = await stores();
    const layer = image.blobs[1] as Content;
    source.contents.set(layer.descriptor.digest, { ...layer, bytes: Buffer.from("modulE") });
    await expect(copyImage(source, target, "v1", { tag: "v1" })).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
    expect(target.log).not.toContain("manifest");
  });

  test.each([
    { name: "a tag that is not there", lose: undefined, tag: "v9" },
    { name: "an image with a blob missing", lose: 1, tag: "v1" },
  ])("of $name is CONTENT_NOT_FOUND", async ({ lose, tag }) => {
    const { source, target } = await stores();
    if (lose !== undefined) source.contents.delete((image.blobs[lose] as Content).descriptor.digest);
    await expect(copyImage(source, target, tag, { tag: "v1" })).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
    expect(target.tags.size).toBe(0);
  });

  test("of what is no manifest is MANIFEST_MALFORMED, and nothing is stored", async () => {
    const { source, target } = await stores();
    const broken = bytesContent(mediaTypes.imageManifest, Buffer.from("{}"));
    await source.put(broken.descriptor, bytesSource(broken.bytes));
    await source.tag(broken.descriptor, "v1");
    await expect(copyImage(source, target, "v1", { tag: "v1" })).rejects.toMatchObject({ code: "MANIFEST_MALFORMED" });
    expect(target.log).toEqual([]);
  });

  test("lets the registry take blobs from its other repositories", async () => {
    const { source } = await stores();
    const asked: string[] = [];
    class MountingStore extends MemoryStore {
      readonly host = "hub.example";
      async mount({ digest }: Descriptor, from: string): Promise<boolean> {
        asked.push(from);
        return from === "me/b" && digest === image.blobs[0]?.descriptor.digest;
      }
    }
    const target = new MountingStore();
    const { copied, mounted } = await copyImage(source, target, "v1", { mountFrom: ["me/c", "me/b"] });
    expect({ copied, mounted }).toEqual({ copied: 3, mounted: 1 });
    expect(new Set(asked)).toEqual(new Set(["me/c", "me/b"]));
  });

  test("reports each part, and how it ended", async () => {
    const { source, target } = await stores();
    const ends: string[] = [];
    const task = {
      advance() {},
      done: (words = "done") => void ends.push(words),
      fail: () => void ends.push("failed"),
    };
    await target.put((image.blobs[0] as Content).descriptor, bytesSource((image.blobs[0] as Content).bytes));
    await copyImage(source, target, "v1", { progress: { task: () => task } });
    expect(ends.toSorted()).toEqual(["already there", "done", "done", "done"]);
    ends.length = 0;
    await expect(
      copyImage(source, Object.assign(new MemoryStore(), { failing: mediaTypes.imageManifest }), "v1", {
        progress: { task: () => task },
      }),
    ).rejects.toThrow("the disk is full");
    expect(ends.at(-1)).toBe("failed");
  });

  test("stops when the person gives up", async () => {
    const { source, target } = await stores();
    const signal = AbortSignal.abort(new Error("enough"));
    const put = target.put.bind(target);
    target.put = async (content, from) => {
      signal.throwIfAborted();
      await put(content, from);
    };
    await expect(copyImage(source, target, "v1", { tag: "v1", signal })).rejects.toThrow("enough");
    expect(target.tags.size).toBe(0);
  });
});
