import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkModule } from "#module";
import type { Descriptor, ImageManifest } from "#oci";
import type { PackedImage } from "#oci/image";
import { filterExports, writeModule } from "../module/testing.ts";
import { checkConfig } from "./config-schema.ts";
import { loadProject, type Project } from "./load.ts";
import type { FilterManifest } from "./manifest.ts";
import { packageFilter } from "./package.ts";

const module = writeModule({ exports: filterExports });
const info = checkModule(module);
const manifest: FilterManifest = {
  name: "my-filter",
  version: "0.1.0",
  language: "assemblyscript",
  source: "assembly/index.ts",
  abi: "proxy-wasm-0.2.1",
  rootIds: ["my-filter", "other"],
};

function project(more: Partial<FilterManifest> = {}, readme?: string): Project {
  return { folder: "/nowhere", manifest: { ...manifest, ...more }, readme };
}

function read(content: { readonly bytes: Uint8Array } | undefined): ImageManifest {
  return JSON.parse(Buffer.from(content?.bytes ?? []).toString()) as ImageManifest;
}

function contentOf(packed: PackedImage, index: number): string {
  return Buffer.from(packed.blobs[index]?.bytes ?? []).toString();
}

describe("packageFilter()", () => {
  test("makes the same bytes of the same project, wherever it lies", async () => {
    const more = { config: { schema: { type: "object" }, default: {} } };
    const one = await packageFilter(project(more, "# a"), module, info);
    const two = await packageFilter({ ...project(more, "# a"), folder: "/elsewhere" }, module, info);
    expect(two).toEqual(one);
  });

  test("writes root ids and the module's ABI into the runtime configuration", async () => {
    const { image } = await packageFilter(project(), module, info);
    expect(JSON.parse(contentOf(image, 2))).toEqual({
      type: "envoy_proxy",
      abiVersions: ["v0.2.1"],
      config: { rootIds: ["my-filter", "other"] },
    });
  });

  test("makes annotations of what filter.yaml says, and of nothing else", async () => {
    const described = project({
      description: "Adds a header",
      license: "Apache-2.0",
      authors: ["Ada", "Grace"],
      repository: "https://example.com/a",
      documentation: "https://example.com/docs",
      annotations: { "com.example.team": "edge", "org.opencontainers.image.title": "My filter" },
    });
    const { image } = await packageFilter(described, module, info);
    expect(read(image.manifest).annotations).toEqual({
      "org.opencontainers.image.title": "My filter",
      "org.opencontainers.image.version": "0.1.0",
      "org.opencontainers.image.description": "Adds a header",
      "org.opencontainers.image.licenses": "Apache-2.0",
      "org.opencontainers.image.authors": "Ada, Grace",
      "org.opencontainers.image.source": "https://example.com/a",
      "org.opencontainers.image.documentation": "https://example.com/docs",
      "com.example.team": "edge",
    });
    const { image: bare } = await packageFilter(project(), module, info);
    expect(read(bare.manifest).annotations).toEqual({
      "org.opencontainers.image.title": "my-filter",
      "org.opencontainers.image.version": "0.1.0",
    });
  });

  test("makes referrers of the schema and the README, which point at the image", async () => {
    const schema = { type: "object", properties: { n: { type: "number" } } };
    const { image, referrers } = await packageFilter(
      project({ config: { schema, default: { n: 1 } } }, "# a"),
      module,
      info,
    );
    const found = referrers.map((referrer) => {
      const { artifactType, subject, layers } = read(referrer.manifest);
      expect(subject).toEqual(image.manifest.descriptor);
      return [artifactType, layers[0]?.annotations?.["org.opencontainers.image.title"], contentOf(referrer, 1)];
    });
    expect(found).toEqual([
      [
        "application/vnd.wasm-hub.config-schema.v1",
        "config.schema.json",
        JSON.stringify({ ...schema, default: { n: 1 } }, undefined, 2),
      ],
      ["application/vnd.wasm-hub.readme.v1", "README.md", "# a"],
    ]);
  });

  test.each([
    { config: {}, expected: [] },
    { config: { schema: true }, expected: ["{}"] },
    { config: { schema: false }, expected: ["false"] },
    { config: { default: null }, expected: ['{\n  "default": null\n}'] },
  ])("makes $expected of config $config", async ({ config, expected }) => {
    const { referrers } = await packageFilter(project({ config }), module, info);
    expect(referrers.map((referrer) => contentOf(referrer, 1))).toEqual(expected);
  });

  test("leaves the image as it is when only the README changes", async () => {
    const [one, two] = [
      await packageFilter(project({}, "# a"), module, info),
      await packageFilter(project({}, "# b"), module, info),
    ];
    expect(two.image).toEqual(one.image);
    expect(two.referrers).not.toEqual(one.referrers);
  });

  test("takes another format when it is asked to", async () => {
    const { image } = await packageFilter(project(), module, info, { format: "artifact" });
    const layers: readonly Descriptor[] = read(image.manifest).layers;
    expect(layers.map(({ mediaType }) => mediaType)).toEqual(["application/wasm"]);
  });
});

describe("checkConfig()", () => {
  const schema = {
    type: "object",
    required: ["header"],
    additionalProperties: false,
    properties: {
      header: { type: "string", pattern: "^[a-z]+$" },
      mode: { enum: ["on", "off"] },
      "a/b": { type: "number" },
    },
  };

  test("lets pass what the schema lets pass", () => {
    expect(() => checkConfig(schema, { header: "x", mode: "on" }, "--config")).not.toThrow();
    expect(() => checkConfig(true, "anything", "--config")).not.toThrow();
  });

  test.each([
    { config: {}, problem: 'the whole: "header" is missing' },
    { config: 7, problem: "the whole: must be object" },
    { config: { header: "x", colour: 1 }, problem: 'the whole: "colour" is not known here' },
    { config: { header: "X" }, problem: '/header: must match pattern "^[a-z]+$"' },
    { config: { header: "x", mode: "maybe" }, problem: '/mode: must be "on" or "off"' },
    { config: { header: 7, mode: "maybe" }, problem: '/header: must be string\n/mode: must be "on" or "off"' },
  ])("refuses $config: $problem", ({ config, problem }) => {
    expect(() => checkConfig(schema, config, "--config")).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        message: `--config does not follow the filter's configuration schema\n${problem}`,
      }) as Error,
    );
  });

  test.each([{ type: "strin" }, { $ref: "https://example.com/x" }, { pattern: "(" }, { $async: true }])(
    "says that %j is no schema",
    (broken) => {
      expect(() => checkConfig(broken, {}, "--config")).toThrow(
        expect.objectContaining({ code: "CONFIG_SCHEMA_INVALID" }) as Error,
      );
    },
  );

  test("does not mind formats and keywords of others", () => {
    const foreign = { type: "string", format: "spaceship", "x-order": 1, nullable: true };
    expect(() => checkConfig(foreign, "a", "--config")).not.toThrow();
  });
});

describe("loadProject()", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "wasm-hub-load-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("of a folder without filter.yaml is PROJECT_NOT_FOUND", async () => {
    for (const path of [folder, join(folder, "nowhere")]) {
      await expect(loadProject(path)).rejects.toMatchObject({
        code: "PROJECT_NOT_FOUND",
        message: `${path} has no filter.yaml`,
        hint: expect.stringContaining("wasm init") as string,
      });
    }
  });

  test("takes no folder for a file", async () => {
    await mkdir(join(folder, "README.md"));
    await writeFile(join(folder, "filter.yaml"), JSON.stringify(manifest));
    expect(await loadProject(folder)).toMatchObject({ readme: undefined });
    await rm(join(folder, "filter.yaml"));
    await mkdir(join(folder, "filter.yaml"));
    await expect(loadProject(folder)).rejects.toMatchObject({ code: "PROJECT_NOT_FOUND" });
  });

  test("does not need a README", async () => {
    await writeFile(join(folder, "filter.yaml"), JSON.stringify(manifest));
    expect(await loadProject(folder)).toEqual({ folder, manifest, readme: undefined });
  });
});
