import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf, mediaTypes } from "#oci";
import { OciLayout } from "#oci/layout";
import { packFilterImage, writeImage } from "#oci/image";
import { startTestHub, type TestHub } from "../../registry/testing.ts";
import { partOrReason } from "../../tools/parts/mod.ts";
import { run } from "../../tools/parts/run.ts";

const [oras, crane] = await Promise.all([partOrReason("oras"), partOrReason("crane")]);
const isMissing = "reason" in oras || "reason" in crane;

// Clients that nobody here wrote, against the hub and against our local store.
describe.skipIf(isMissing)("oras and crane", () => {
  let hub: TestHub;
  let folder: string;
  const bytes = randomBytes(300_000);
  const program = (found: typeof oras): string => ("path" in found ? found.path : "");
  const withOras = (...words: string[]): Promise<string> =>
    run(program(oras), [...words, "--plain-http"], { HOME: folder });
  const withCrane = (...words: string[]): Promise<string> =>
    run(program(crane), ["--insecure", ...words], { HOME: folder });

  beforeAll(async () => {
    hub = await startTestHub();
    folder = await mkdtemp(join(tmpdir(), "clients-"));
    await writeFile(join(folder, "plugin.wasm"), bytes);
  });
  afterAll(async () => {
    await hub[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test("oras pushes, lists, attaches, discovers, pulls byte for byte, and deletes", async () => {
    const reference = `${hub.host}/oras/filter:v1`;
    const file = `${join(folder, "plugin.wasm")}:${mediaTypes.wasmContentLayer}`;
    await withOras("push", "--disable-path-validation", reference, file);
    await withOras("tag", reference, "v2");
    expect((await withOras("repo", "tags", `${hub.host}/oras/filter`)).trim().split("\n")).toEqual(["v1", "v2"]);
    expect((await withOras("repo", "ls", hub.host)).split("\n")).toContain("oras/filter");

    await withOras(
      "attach",
      "--disable-path-validation",
      "--artifact-type",
      "example/readme",
      reference,
      join(folder, "plugin.wasm"),
    );
    expect(await withOras("discover", "--format", "json", reference)).toContain("example/readme");

    await withOras("blob", "fetch", "--output", join(folder, "fetched"), `${hub.host}/oras/filter@${digestOf(bytes)}`);
    expect((await readFile(join(folder, "fetched"))).equals(bytes)).toBe(true);

    const copy = ["copy", "--from-plain-http", "--to-plain-http", reference, `${hub.host}/oras/copied:v1`];
    await run(program(oras), copy, { HOME: folder });
    expect((await withOras("repo", "tags", `${hub.host}/oras/copied`)).trim()).toBe("v1");

    await withOras("manifest", "delete", "--force", reference);
    await expect(withOras("manifest", "fetch", reference)).rejects.toThrow(/not found/);
    await expect(withOras("manifest", "fetch", `${hub.host}/oras/filter:v2`)).rejects.toThrow(/not found/);
  });

  test("crane appends an image, copies, lists, pulls it byte for byte, and deletes", async () => {
    await run("tar", ["-C", folder, "-czf", join(folder, "layer.tar.gz"), "plugin.wasm"]);
    const reference = `${hub.host}/crane/filter:v1`;
    await withCrane("append", "-f", join(folder, "layer.tar.gz"), "-t", reference);
    await withCrane("copy", reference, `${hub.host}/crane/copied:v9`);
    expect((await withCrane("ls", `${hub.host}/crane/copied`)).trim()).toBe("v9");
    expect((await withCrane("catalog", hub.host)).split("\n")).toEqual(
      expect.arrayContaining(["crane/copied", "crane/filter"]),
    );

    const digest = (await withCrane("digest", reference)).trim();
    const manifest = JSON.parse(await withCrane("manifest", reference)) as { layers: { digest: string }[] };
    expect((await withCrane("digest", `${hub.host}/crane/copied:v9`)).trim()).toBe(digest);
    await withCrane("pull", "--format", "oci", reference, join(folder, "pulled"));
    const layer = manifest.layers[0]?.digest.replace("sha256:", "") ?? "";
    expect(
      (await readFile(join(folder, "pulled", "blobs", "sha256", layer))).equals(
        await readFile(join(folder, "layer.tar.gz")),
      ),
    ).toBe(true);

    await withCrane("delete", `${hub.host}/crane/filter@${digest}`);
    await expect(withCrane("manifest", reference)).rejects.toThrow(/MANIFEST_UNKNOWN/);
  });

  test("both read our local store, and copy an image out of it as it is", async () => {
    const store = await OciLayout.open(join(folder, "store"));
    const image = await packFilterImage({
      module: bytes,
      runtimeConfig: { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["x"] } },
    });
    const name = `${hub.host}/store/filter`;
    await writeImage(store.repository(name), image, "v1");
    const { digest } = image.manifest.descriptor;
    const fetched = await run(
      program(oras),
      ["manifest", "fetch", "--oci-layout-path", join(folder, "store"), `${name}:v1`],
      { HOME: folder },
    );
    expect(digestOf(fetched)).toBe(digest);
    await withCrane("push", join(folder, "store"), `${name}:pushed`);
    expect((await withCrane("digest", `${name}:pushed`)).trim()).not.toBe("");
  });
});
