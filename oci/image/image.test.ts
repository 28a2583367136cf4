import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import type { ContentReader } from "../content.ts";
import { describeBytes, type Descriptor } from "../descriptor.ts";
import { contentNotFound } from "../content.ts";
import { parseManifest, successors } from "../manifest.ts";
import { mediaTypes } from "../media-types.ts";
import { bytesContent, type Content, jsonContent, type PackedImage } from "./content.ts";
import { type FilterImageInput, imageFormats, packFilterImage } from "./pack.ts";
import { type FilterImage, readFilterImage, readModule } from "./read.ts";
import { packReferrer } from "./referrer.ts";
import { readTar } from "./tar.ts";

const module = Buffer.from("\0asm\x01\0\0\0 and so on");
const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["a", "b"] } } as const;
const annotations = { "org.opencontainers.image.title": "a", "org.opencontainers.image.version": "0.1.0" };
const input: FilterImageInput = { module, runtimeConfig, annotations };
const title = (name: string): Record<string, string> => ({ "org.opencontainers.image.title": name });

/** Content in memory. */
function readerOf(contents: readonly Content[]): ContentReader {
  const find = ({ digest }: Descriptor): Content | undefined =>
    contents.find(({ descriptor }) => descriptor.digest === digest);
  return {
    has: async (content) => find(content) !== undefined,
    async *open(content) {
      const found = find(content);
      if (!found) throw contentNotFound(content.digest, "memory");
      yield found.bytes;
    },
  };
}

function contentsOf({ manifest, blobs }: PackedImage): readonly Content[] {
  return [...blobs, manifest];
}

/** An image as another tool may have made it. */
function imageOf(
  layers: readonly Content[],
  {
    type = mediaTypes.imageManifest,
    config = jsonContent(mediaTypes.imageConfig, {}),
    ...rest
  }: { type?: string; config?: Content; annotations?: Record<string, string> } = {},
): PackedImage {
  const document = {
    schemaVersion: 2,
    mediaType: type,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    ...rest,
  };
  return { manifest: jsonContent(type, document), blobs: [config, ...layers] };
}

async function read(image: PackedImage): Promise<FilterImage & { module: Buffer; runtime: unknown }> {
  const reader = readerOf(contentsOf(image));
  const found = await readFilterImage(reader, image.manifest.descriptor);
  const { module, runtimeConfig } = await readModule(reader, found);
  return { ...found, module, runtime: runtimeConfig };
}

async function tarOf(files: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, bytes] of Object.entries(files)) archive.entry({ name }, Buffer.from(bytes));
  archive.finalize();
  return buffer(archive);
}

describe.each(imageFormats)("the %s format", (format) => {
  test("has the same digest each time", async () => {
    const [one, two] = [await packFilterImage({ ...input, format }), await packFilterImage({ ...input, format })];
    expect(one.manifest.descriptor).toEqual(two.manifest.descriptor);
    expect(one.blobs).toEqual(two.blobs);
  });

  test("has another digest for another module", async () => {
    const other = await packFilterImage({ ...input, module: Buffer.from("another"), format });
    expect(other.manifest.descriptor.digest).not.toBe(
      (await packFilterImage({ ...input, format })).manifest.descriptor.digest,
    );
  });

  test("reads back what was packed", async () => {
    const found = await read(await packFilterImage({ ...input, format }));
    expect(found.format).toBe(format);
    expect(found.module).toEqual(module);
    expect(found.runtime).toEqual(runtimeConfig);
    expect(found.annotations).toMatchObject(format === "docker" ? {} : annotations);
  });

  test("is a manifest of which every part is there, described as it is", async () => {
    const image = await packFilterImage({ ...input, format });
    const { mediaType } = image.manifest.descriptor;
    const parts = successors(parseManifest(image.manifest.bytes, mediaType));
    expect(parts).toEqual(image.blobs.map(({ descriptor }) => descriptor));
    for (const { descriptor, bytes } of contentsOf(image)) {
      expect(descriptor).toMatchObject(describeBytes(descriptor.mediaType, bytes));
    }
  });
});

describe("packFilterImage()", () => {
  test("makes what Istio and Envoy Gateway load: two layers, the first the raw module", async () => {
    const { manifest } = await packFilterImage(input);
    const { layers } = JSON.parse(Buffer.from(manifest.bytes).toString()) as { layers: Descriptor[] };
    expect(layers.map(({ mediaType }) => mediaType)).toEqual([
      "application/vnd.module.wasm.content.layer.v1+wasm",
      "application/vnd.module.wasm.config.v1+json",
    ]);
    expect(layers[0]?.digest).toBe(describeBytes("", module).digest);
  });

  test.each([
    { format: "compat", type: "application/vnd.oci.image.layer.v1.tar+gzip" },
    { format: "docker", type: "application/vnd.docker.image.rootfs.diff.tar.gzip" },
  ] as const)("makes one layer for $format, an archive with plugin.wasm", async ({ format, type }) => {
    const { blobs } = await packFilterImage({ ...input, format });
    expect(blobs).toHaveLength(2);
    expect(blobs[1]?.descriptor.mediaType).toBe(type);
  });

  test("lets a proxy fetch the module by digest, where the layer is the module", async () => {
    const digests = await Promise.all(
      imageFormats.map(async (format) => (await read(await packFilterImage({ ...input, format }))).moduleDigest),
    );
    const { digest } = describeBytes("", module);
    expect(digests).toEqual([digest, undefined, undefined, digest]);
  });
});

describe("images that other tools push", () => {
  const raw = (type: string, name?: string): Content =>
    bytesContent(type, module, name === undefined ? undefined : title(name));

  test.each([
    { name: "oras push x.wasm:application/wasm", layers: [raw("application/wasm", "x.wasm")] },
    { name: "oras push x.wasm, which calls it a tar", layers: [raw(mediaTypes.imageLayerTar, "x.wasm")] },
    { name: "oras push x.wasm, with a type of somebody's own", layers: [raw("application/octet-stream", "x.wasm")] },
    {
      name: "oras push README.md x.wasm",
      layers: [bytesContent("text/plain", module.subarray(4), title("README.md")), raw("text/plain", "x.wasm")],
    },
    {
      name: "wasme, with its older types",
      layers: [
        jsonContent("application/vnd.wasm.config.v1+json", runtimeConfig),
        raw("application/vnd.wasm.content.layer.v1+wasm"),
      ],
    },
  ])("are read: $name", async ({ layers }) => {
    const found = await read(imageOf(layers));
    expect(found.module).toEqual(module);
    expect(found.moduleDigest).toBe(describeBytes("", module).digest);
  });

  test("have their runtime configuration in the config, or in a layer", async () => {
    const config = jsonContent("application/vnd.wasm.config.v1+json", runtimeConfig);
    const layer = raw("application/vnd.wasm.content.layer.v1+wasm");
    expect((await read(imageOf([layer], { config }))).runtime).toEqual(runtimeConfig);
    expect((await read(imageOf([config, layer]))).runtime).toEqual(runtimeConfig);
  });

  test.each([
    { name: "not JSON", text: "hello", expected: undefined },
    { name: "null", text: "null", expected: undefined },
    {
      name: "of another shape",
      text: '{"abiVersions": "v0.2.1", "config": 7}',
      expected: { type: "envoy_proxy", abiVersions: [], config: { rootIds: [] } },
    },
    {
      name: "partly of another shape",
      text: '{"abiVersions": ["a", 7], "config": {"rootIds": [null, ""]}}',
      expected: { type: "envoy_proxy", abiVersions: ["a"], config: { rootIds: [""] } },
    },
  ])("may have a runtime configuration that is $name", async ({ text, expected }) => {
    const config = bytesContent(mediaTypes.wasmConfigLayer, Buffer.from(text));
    expect((await read(imageOf([raw(mediaTypes.wasmContentLayer), config]))).runtime).toEqual(expected);
  });

  test.each([
    { name: "docker build from scratch", files: { "plugin.wasm": module } },
    { name: "tar of a folder", files: { "./": Buffer.alloc(0), "./plugin.wasm": module, "./other": Buffer.alloc(10) } },
    { name: "tar of absolute names", files: { "/plugin.wasm": module } },
  ])("are read: $name", async ({ files }) => {
    const layer = bytesContent(mediaTypes.imageLayerTarGzip, gzipSync(await tarOf(files)));
    expect((await read(imageOf([layer]))).module).toEqual(module);
    const plain = bytesContent(mediaTypes.imageLayerTar, await tarOf(files));
    expect((await read(imageOf([plain]))).module).toEqual(module);
  });

  test("have the module in the last layer", async () => {
    const layer = async (text: string): Promise<Content> =>
      bytesContent(mediaTypes.imageLayerTarGzip, gzipSync(await tarOf({ "plugin.wasm": Buffer.from(text) })));
    expect((await read(imageOf([await layer("base"), await layer("top")]))).module.toString()).toBe("top");
  });
});

describe("an index", () => {
  const indexOf = (...manifests: object[]): Content =>
    jsonContent(mediaTypes.imageIndex, { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests });
  const on = ({ manifest }: PackedImage, os: string, architecture: string): object => ({
    ...manifest.descriptor,
    platform: { os, architecture },
  });

  test.each([
    {
      name: "linux/amd64 among others",
      order: (a: PackedImage, b: PackedImage) => [on(a, "linux", "arm64"), on(b, "linux", "amd64")],
    },
    {
      name: "wasm where there is no linux/amd64",
      order: (a: PackedImage, b: PackedImage) => [on(a, "linux", "arm64"), on(b, "wasip1", "wasm")],
    },
    { name: "the only one", order: (_: PackedImage, b: PackedImage) => [b.manifest.descriptor] },
  ])("leads to $name", async ({ order }) => {
    const [a, b] = [await packFilterImage({ ...input, module: Buffer.from("other") }), await packFilterImage(input)];
    const index = indexOf(...order(a, b));
    const reader = readerOf([index, ...contentsOf(a), ...contentsOf(b)]);
    const found = await readFilterImage(reader, index.descriptor);
    expect(found.manifest).toMatchObject(b.manifest.descriptor);
    expect((await readModule(reader, found)).module).toEqual(module);
  });

  test.each([
    { name: "without an image", entries: [] },
    {
      name: "of other platforms",
      entries: [
        { os: "linux", architecture: "arm64" },
        { os: "windows", architecture: "amd64" },
      ],
    },
  ])("$name is IMAGE_FORMAT_UNKNOWN", async ({ entries }) => {
    const { manifest } = await packFilterImage(input);
    const index = indexOf(...entries.map((platform) => ({ ...manifest.descriptor, platform })));
    await expect(readFilterImage(readerOf([index]), index.descriptor)).rejects.toMatchObject({
      code: "IMAGE_FORMAT_UNKNOWN",
    });
  });
});

describe("what is no filter", () => {
  const layerOf = async (files: Record<string, Uint8Array>): Promise<Content> =>
    bytesContent(mediaTypes.imageLayerTarGzip, gzipSync(await tarOf(files)));
  const gzipped = gzipSync(Buffer.alloc(100_000, "x"));

  test.each([
    { name: "an image without layers", image: async () => imageOf([]), problem: "none" },
    {
      name: "a Helm chart",
      image: async () => imageOf([bytesContent("application/vnd.cncf.helm.chart.content.v1.tar+gzip", gzipped)]),
      problem: "helm",
    },
    {
      name: "an image with some program",
      image: async () => imageOf([await layerOf({ "bin/sh": module, "plugin.wasm.txt": module })]),
      problem: "plugin.wasm",
    },
    {
      name: "an image with plugin.wasm in a folder",
      image: async () => imageOf([await layerOf({ "a/plugin.wasm": module })]),
      problem: "plugin.wasm",
    },
    {
      name: "a layer that is not gzip",
      image: async () => imageOf([bytesContent(mediaTypes.imageLayerTarGzip, module)]),
      problem: "not a readable tar archive",
    },
    {
      name: "a layer that is gzip of no tar",
      image: async () => imageOf([bytesContent(mediaTypes.imageLayerTarGzip, gzipped)]),
      problem: "not a readable tar archive",
    },
    {
      name: "a layer whose gzip breaks off",
      image: async () =>
        imageOf([
          bytesContent(mediaTypes.imageLayerTarGzip, gzipSync(await tarOf({ "plugin.wasm": module })).subarray(0, -20)),
        ]),
      problem: "not a readable tar archive",
    },
    {
      name: "a layer whose tar breaks off",
      image: async () =>
        imageOf([
          bytesContent(
            mediaTypes.imageLayerTar,
            (await tarOf({ "plugin.wasm": Buffer.alloc(5000) })).subarray(0, 2000),
          ),
        ]),
      problem: "not a readable tar archive",
    },
    {
      name: "a folder that oras pushed under a module's name",
      image: async () =>
        imageOf([
          bytesContent(mediaTypes.imageLayerTarGzip, gzipSync(await tarOf({ "x.wasm/README": module })), {
            ...title("x.wasm"),
            "io.deis.oras.content.unpack": "true",
          }),
        ]),
      problem: "plugin.wasm",
    },
  ])("$name is IMAGE_FORMAT_UNKNOWN", async ({ image, problem }) => {
    await expect(read(await image())).rejects.toMatchObject({
      code: "IMAGE_FORMAT_UNKNOWN",
      message: expect.stringContaining(problem) as string,
    });
  });

  test("a referrer is IMAGE_FORMAT_UNKNOWN", async () => {
    const subject = (await packFilterImage(input)).manifest.descriptor;
    const note = packReferrer({
      subject,
      artifactType: "application/x",
      mediaType: "text/markdown",
      title: "README.md",
      bytes: module,
    });
    await expect(read(note)).rejects.toMatchObject({ code: "IMAGE_FORMAT_UNKNOWN" });
  });
});

describe("damage", () => {
  test.each(imageFormats)("in a layer of the %s format is CONTENT_MISMATCH", async (format) => {
    const image = await packFilterImage({ ...input, format });
    const layer = image.blobs[1] as Content;
    const damaged = Buffer.from(layer.bytes);
    damaged[12] = (damaged[12] ?? 0) ^ 1;
    const reader = readerOf([{ ...layer, bytes: damaged }, ...contentsOf(image)]);
    const found = await readFilterImage(reader, image.manifest.descriptor);
    await expect(readModule(reader, found)).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
  });

  test("a layer that is larger than any module is not read", async () => {
    const { manifest, blobs } = await packFilterImage(input);
    const [config, layer] = blobs as [Content, Content];
    const huge = imageOf([{ ...layer, descriptor: { ...layer.descriptor, size: 2 ** 40 } }], { config });
    const reader = readerOf([huge.manifest, manifest]);
    const found = await readFilterImage(reader, huge.manifest.descriptor);
    await expect(readModule(reader, found)).rejects.toMatchObject({ code: "IMAGE_FORMAT_UNKNOWN" });
  });

  test("an archive in place of another is CONTENT_MISMATCH", async () => {
    const image = await packFilterImage({ ...input, format: "compat" });
    const evil = await packFilterImage({
      ...input,
      module: Buffer.from("\0asm\x01\0\0\0 and so oN"),
      format: "compat",
    });
    const layer = image.blobs[1] as Content;
    const reader = readerOf([{ ...layer, bytes: (evil.blobs[1] as Content).bytes }, ...contentsOf(image)]);
    const found = await readFilterImage(reader, image.manifest.descriptor);
    await expect(readModule(reader, found)).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
  });

  test.each(imageFormats)("a layer of the %s format that is gone is CONTENT_NOT_FOUND", async (format) => {
    const image = await packFilterImage({ ...input, format });
    const reader = readerOf(contentsOf(image).filter((content) => content !== image.blobs[1]));
    const found = await readFilterImage(reader, image.manifest.descriptor);
    await expect(readModule(reader, found)).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
  });
});

describe("readTar()", () => {
  test("gives up an archive that unpacks to too much, whatever file it is in", async () => {
    const bomb = gzipSync(await tarOf({ zeros: Buffer.alloc(10 * 1024 * 1024), "plugin.wasm": module }));
    expect(bomb.byteLength).toBeLessThan(20_000);
    const reading = readTar(bomb, (name) => name === "plugin.wasm", { isCompressed: true, limitBytes: 1024 * 1024 });
    await expect(reading).rejects.toMatchObject({
      code: "IMAGE_FORMAT_UNKNOWN",
      message: expect.stringContaining("unpacks to more than") as string,
    });
  });

  test("leaves out folders and links of a wanted name", async () => {
    const archive = pack();
    archive.entry({ name: "plugin.wasm", type: "symlink", linkname: "/etc/passwd" });
    archive.entry({ name: "plugin.wasm", type: "directory" });
    archive.finalize();
    const files = await readTar(await buffer(archive), () => true, { isCompressed: false, limitBytes: 100_000 });
    expect([...files.keys()]).toEqual([]);
  });
});
