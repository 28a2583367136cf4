import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bytesSource, describeBytes, type Descriptor, formatReference, mediaTypes } from "#oci";
import { packFilterImage, packReferrer, type PackedImage, writeImage } from "#oci/image";
import { OciLayout } from "./layout.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wasm-hub-layout-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["a"] } } as const;

function image(text: string): Promise<PackedImage> {
  return packFilterImage({ module: Buffer.from(text), runtimeConfig });
}

function readme(subject: Descriptor, text = "# a"): PackedImage {
  const artifactType = "application/vnd.example.readme";
  return packReferrer({
    subject,
    artifactType,
    mediaType: "text/markdown",
    title: "README.md",
    bytes: Buffer.from(text),
  });
}

async function names(layout: OciLayout): Promise<readonly string[]> {
  return (await layout.list()).map(({ reference }) => formatReference(reference));
}

async function filesOf(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe("OciLayout.open()", () => {
  test("makes an empty layout, with the folders above it", async () => {
    const path = join(folder, "share", "store");
    expect(await (await OciLayout.open(path)).list()).toEqual([]);
    expect(JSON.parse(await readFile(join(path, "oci-layout"), "utf8"))).toEqual({ imageLayoutVersion: "1.0.0" });
    expect(JSON.parse(await readFile(join(path, "index.json"), "utf8"))).toEqual({
      schemaVersion: 2,
      mediaType: mediaTypes.imageIndex,
      manifests: [],
    });
  });

  test("called many times at once makes one layout", async () => {
    const layouts = await Promise.all(Array.from({ length: 8 }, () => OciLayout.open(join(folder, "store"))));
    expect(await Promise.all(layouts.map(names))).toEqual(layouts.map(() => []));
  });

  test("keeps what an interrupted first opening has left", async () => {
    await mkdir(join(folder, "blobs", "sha256"), { recursive: true });
    await writeFile(join(folder, ".index.json.1234.tmp"), "{");
    expect(await names(await OciLayout.open(folder))).toEqual([]);
  });

  test("refuses a folder that holds something else, and writes nothing into it", async () => {
    await writeFile(join(folder, "thesis.txt"), "mine");
    await expect(OciLayout.open(folder)).rejects.toMatchObject({
      code: "STORE_NOT_A_LAYOUT",
      message: expect.stringContaining("thesis.txt") as string,
    });
    expect(await readdir(folder)).toEqual(["thesis.txt"]);
  });

  test.each([
    { name: "a layout of a later version", marker: '{"imageLayoutVersion": "2.0.0"}', problem: '"2.0.0"' },
    { name: "a marker that is not JSON", marker: "hello", problem: "not an OCI image layout" },
    { name: "a marker that is null", marker: "null", problem: "not an OCI image layout" },
  ])("refuses $name", async ({ marker, problem }) => {
    await writeFile(join(folder, "oci-layout"), marker);
    await expect(OciLayout.open(folder)).rejects.toMatchObject({
      code: "STORE_NOT_A_LAYOUT",
      message: expect.stringContaining(problem) as string,
    });
  });

  test("refuses a path that is a file", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(OciLayout.open(join(folder, "file"))).rejects.toMatchObject({ code: "STORE_NOT_A_LAYOUT" });
  });

  test.each(["{", "[]", '{"schemaVersion": 2}', '{"schemaVersion": 2, "manifests": [{"digest": "sha256:../../x"}]}'])(
    "says that index.json is damaged when it is %s",
    async (text) => {
      const layout = await OciLayout.open(folder);
      await writeFile(join(folder, "index.json"), text);
      const repository = layout.repository("hub.example/me/a");
      const packed = await image("a");
      await expect(layout.list()).rejects.toMatchObject({ code: "STORE_DAMAGED" });
      await expect(repository.resolve("v1")).rejects.toMatchObject({ code: "STORE_DAMAGED" });
      await expect(writeImage(repository, packed, "v1")).rejects.toMatchObject({ code: "STORE_DAMAGED" });
      expect(await readFile(join(folder, "index.json"), "utf8")).toBe(text);
    },
  );
});

describe("OciLayout.repair()", () => {
  test("leaves an index that can be read as it is", async () => {
    const layout = await OciLayout.open(folder);
    await writeImage(layout.repository("a"), await image("a"), "v1");
    expect(await layout.repair()).toBeUndefined();
    expect(await names(layout)).toEqual(["a:v1"]);
  });

  test("sets a damaged index aside, and the store works again without sending blobs twice", async () => {
    const layout = await OciLayout.open(folder);
    const packed = await image("a");
    await writeImage(layout.repository("a"), packed, "v1");
    await writeFile(join(folder, "index.json"), "{");
    const aside = await layout.repair();
    expect(aside && (await readFile(aside, "utf8"))).toBe("{");
    expect(await names(layout)).toEqual([]);
    expect(await layout.repository("a").has(packed.manifest.descriptor)).toBe(true);
    await writeImage(layout.repository("a"), packed, "v1");
    expect(await names(layout)).toEqual(["a:v1"]);
  });
});

describe("OciLayout.list()", () => {
  test("gives every name in order, with its manifest", async () => {
    const layout = await OciLayout.open(folder);
    const a = await image("a");
    await writeImage(layout.repository("hub.example/me/b"), await image("b"), "v1");
    await writeImage(layout.repository("hub.example/me/a"), a, "v2");
    await writeImage(layout.repository("hub.example/me/a"), a, "v1");
    await writeImage(layout.repository("local"), a, "dev");
    expect(await names(layout)).toEqual([
      "hub.example/me/a:v1",
      "hub.example/me/a:v2",
      "hub.example/me/b:v1",
      "local:dev",
    ]);
    expect((await layout.list())[0]?.manifest).toMatchObject(a.manifest.descriptor);
  });

  test("leaves out entries of other tools whose names are no references", async () => {
    const layout = await OciLayout.open(folder);
    const { descriptor } = (await image("a")).manifest;
    const entry = { ...descriptor, annotations: { "org.opencontainers.image.ref.name": "Not A Reference" } };
    await writeFile(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [entry, descriptor] }));
    expect(await names(layout)).toEqual([]);
  });
});

describe("OciLayout.collect()", () => {
  test("removes what no name leads to, and keeps the rest with its referrers", async () => {
    const layout = await OciLayout.open(folder);
    const repository = layout.repository("hub.example/me/a");
    const [kept, gone] = [await image("kept"), await image("gone")];
    for (const packed of [kept, gone]) {
      await writeImage(repository, packed, packed === kept ? "v2" : "v1");
      const note = readme(packed.manifest.descriptor);
      await writeImage(repository, note);
      await writeImage(repository, readme(note.manifest.descriptor, "a note on the note"));
    }
    await repository.untag("v1");
    const { removed, freedBytes } = await layout.collect({ graceMs: 0 });

    expect(removed).toBe(3 + 2);
    expect(freedBytes).toBeGreaterThan(0);
    const referrers = await Array.fromAsync(repository.referrers(kept.manifest.descriptor));
    expect(referrers).toHaveLength(1);
    expect(await Array.fromAsync(repository.referrers(referrers[0] as Descriptor))).toHaveLength(1);
    expect(await Array.fromAsync(repository.referrers(gone.manifest.descriptor))).toEqual([]);
    expect(await repository.has(gone.manifest.descriptor)).toBe(false);
    expect((await layout.collect({ graceMs: 0 })).removed).toBe(0);
  });

  test("leaves what arrived in the last hour: its name may be yet to come", async () => {
    const layout = await OciLayout.open(folder);
    await writeImage(layout.repository("a"), await image("a"));
    expect(await layout.collect()).toEqual({ removed: 0, freedBytes: 0 });
  });

  test("takes away temporary files of writes that were cut short", async () => {
    const layout = await OciLayout.open(folder);
    const leftover = join(folder, "blobs", ".1234.tmp");
    await writeFile(leftover, "half");
    const twoHoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    await utimes(leftover, twoHoursAgo, twoHoursAgo);
    expect(await layout.collect()).toEqual({ removed: 1, freedBytes: 4 });
    expect(await readdir(join(folder, "blobs"))).toEqual(["sha256"]);
  });

  test("makes a referrer that was collected, and is copied again within the hour, appear again", async () => {
    const layout = await OciLayout.open(folder);
    const repository = layout.repository("a");
    const packed = await image("a");
    const note = readme(packed.manifest.descriptor);
    await writeImage(repository, packed, "v1");
    await writeImage(repository, note);
    await repository.untag("v1");
    await layout.collect();

    expect(await repository.has(note.manifest.descriptor)).toBe(false);
    await writeImage(repository, packed, "v1");
    await writeImage(repository, note);
    expect(await repository.has(note.manifest.descriptor)).toBe(true);
    expect(await Array.fromAsync(repository.referrers(packed.manifest.descriptor))).toHaveLength(1);
  });

  test("keeps an image that only an index leads to", async () => {
    const layout = await OciLayout.open(folder);
    const repository = layout.repository("a");
    const packed = await image("a");
    await writeImage(repository, packed);
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [packed.manifest.descriptor] }));
    const index = describeBytes(mediaTypes.imageIndex, bytes);
    await repository.put(index, bytesSource(bytes));
    await repository.tag(index, "v1");
    expect((await layout.collect({ graceMs: 0 })).removed).toBe(0);
    expect(await filesOf(join(folder, "blobs"))).toHaveLength(1 + 1 + packed.blobs.length);
  });
});
