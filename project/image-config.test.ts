import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkModule } from "#module";
import { packReferrer, readFilterImage, referrerTypes, writeImage } from "#oci/image";
import { type LayoutRepository, OciLayout } from "#oci/layout";
import { filterExports, writeModule } from "../module/testing.ts";
import { type ImageConfig, readImageConfig } from "./image-config.ts";
import type { FilterManifest } from "./manifest.ts";
import { packageFilter, type PackagedFilter } from "./package.ts";

const module = writeModule({ exports: filterExports });
const schema = { type: "object", properties: { n: { type: "number" } } };

let folder: string;
let repository: LayoutRepository;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wasm-hub-config-"));
  repository = (await OciLayout.open(folder)).repository("me/a");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function packageWith(config?: FilterManifest["config"]): Promise<PackagedFilter> {
  const manifest: FilterManifest = {
    name: "my-filter",
    version: "0.1.0",
    language: "assemblyscript",
    source: "assembly/index.ts",
    abi: "proxy-wasm-0.2.1",
    rootIds: ["my-filter"],
    ...(config === undefined ? {} : { config }),
  };
  return packageFilter({ folder: "/nowhere", manifest, readme: "# a" }, module, checkModule(module));
}

async function configOf({ image }: PackagedFilter): Promise<ImageConfig | undefined> {
  return readImageConfig(repository, await readFilterImage(repository, image.manifest.descriptor));
}

async function store({ image, referrers }: PackagedFilter): Promise<void> {
  for (const part of [image, ...referrers]) await writeImage(repository, part);
}

describe("readImageConfig()", () => {
  test.each([
    {
      config: { schema, default: { n: 1 } },
      expected: { schema: { ...schema, default: { n: 1 } }, default: { n: 1 } },
    },
    { config: { schema }, expected: { schema, default: undefined } },
    { config: { default: 7 }, expected: { schema: { default: 7 }, default: 7 } },
    { config: { schema: false }, expected: { schema: false, default: undefined } },
    { config: {}, expected: undefined },
    { config: undefined, expected: undefined },
  ])("gives back $config", async ({ config, expected }) => {
    const packaged = await packageWith(config);
    await store(packaged);
    expect(await configOf(packaged)).toEqual(expected);
  });

  test("pays no heed to a schema that somebody else attached", async () => {
    const packaged = await packageWith({ schema });
    const foreign = packReferrer({
      subject: packaged.image.manifest.descriptor,
      artifactType: referrerTypes.configSchema,
      mediaType: "application/schema+json",
      title: "config.schema.json",
      bytes: Buffer.from("true"),
    });
    await writeImage(repository, packaged.image);
    await writeImage(repository, foreign);
    await expect(configOf(packaged)).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
    await store(packaged);
    expect(await configOf(packaged)).toMatchObject({ schema });
  });

  test("of an image that lost its referrers says how to copy them", async () => {
    const packaged = await packageWith({ schema });
    await writeImage(repository, packaged.image);
    await expect(configOf(packaged)).rejects.toMatchObject({
      code: "CONTENT_NOT_FOUND",
      hint: expect.stringContaining("wasm pull") as string,
    });
  });

  test("is another image when the schema or the default is another", async () => {
    const images = await Promise.all([packageWith(), packageWith({ schema }), packageWith({ schema, default: {} })]);
    expect(new Set(images.map(({ image }) => image.manifest.descriptor.digest)).size).toBe(3);
  });
});
