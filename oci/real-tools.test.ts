import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyImage, type Descriptor } from "#oci";
import { Registry } from "#oci/client";
import { type PackedImage, packFilterImage, packReferrer, readFilterImage, readModule, writeImage } from "#oci/image";
import { OciLayout } from "#oci/layout";
import { partOrReason } from "../tools/parts/mod.ts";

const execute = promisify(execFile);

const [oras, crane] = await Promise.all([partOrReason("oras"), partOrReason("crane")]);
const isMissing = "reason" in oras || "reason" in crane;
const programs = { oras: "path" in oras ? oras.path : "oras", crane: "path" in crane ? crane.path : "crane" };

const module = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 253));
const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["a"] } } as const;
const reference = "hub.example:5000/me/a:v1";

let folder: string;
let image: PackedImage;
let note: PackedImage;
let layoutFolder: string;
let layout: OciLayout;
/** crane's own registry: a server that nobody here wrote. */
let server: ChildProcess;
let host: string;

async function run(program: keyof typeof programs, ...words: readonly string[]): Promise<string> {
  const { stdout } = await execute(programs[program], words, {
    cwd: folder,
    env: { HOME: folder, PATH: "/usr/bin:/bin" },
  });
  return stdout;
}

beforeAll(async () => {
  if (isMissing) return;
  folder = await mkdtemp(join(tmpdir(), "wasm-hub-tools-"));
  layoutFolder = join(folder, "store");
  layout = await OciLayout.open(layoutFolder);
  image = await packFilterImage({
    module,
    runtimeConfig,
    annotations: { "org.opencontainers.image.version": "0.1.0" },
  });
  note = packReferrer({
    subject: image.manifest.descriptor,
    artifactType: "application/vnd.example.note",
    mediaType: "text/plain",
    title: "note.txt",
    bytes: Buffer.from("a note"),
  });
  const repository = layout.repository("hub.example:5000/me/a");
  await writeImage(repository, image, "v1");
  await writeImage(repository, note);

  server = spawn(programs.crane, ["registry", "serve", "--address", "127.0.0.1:0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  for (let said = ""; host === undefined;) {
    const [chunk] = (await once(server.stderr as NodeJS.ReadableStream, "data")) as [Buffer];
    said += chunk.toString();
    const port = /serving on port (\d+)/.exec(said)?.[1];
    if (port !== undefined) host = `127.0.0.1:${port}`;
  }
});
afterAll(async () => {
  if (isMissing) return;
  server.kill();
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(isMissing)("our layout", () => {
  test("is read by oras, by tag and by digest", async () => {
    const at = ["--oci-layout-path", layoutFolder];
    expect(await run("oras", "manifest", "fetch", ...at, reference)).toBe(image.manifest.bytes.toString());
    const { digest } = image.manifest.descriptor;
    expect(await run("oras", "manifest", "fetch", "--oci-layout", `${layoutFolder}@${digest}`)).toBe(
      image.manifest.bytes.toString(),
    );
    const layer = image.blobs[1]?.descriptor.digest ?? "";
    await run("oras", "blob", "fetch", "--oci-layout", `${layoutFolder}@${layer}`, "--output", "fetched.wasm");
    expect((await readFile(join(folder, "fetched.wasm"))).equals(module)).toBe(true);
    expect(await run("oras", "repo", "tags", "--oci-layout", layoutFolder)).toBe(`${reference}\n`);
  });

  test("shows its referrers to oras", async () => {
    const found = await run("oras", "discover", "--format", "json", "--oci-layout-path", layoutFolder, reference);
    const { referrers } = JSON.parse(found) as { referrers: { digest: string; artifactType: string }[] };
    expect(referrers).toMatchObject([
      { digest: note.manifest.descriptor.digest, artifactType: "application/vnd.example.note" },
    ]);
  });

  test("is pushed by oras and by crane as it is", async () => {
    await run(
      "oras",
      "cp",
      "-r",
      "--to-plain-http",
      "--from-oci-layout-path",
      layoutFolder,
      reference,
      `${host}/oras/a:v1`,
    );
    await run("crane", "push", "--index", layoutFolder, `${host}/crane/all:v1`);
    for (const name of ["oras/a", "crane/all"]) {
      const repository = new Registry(host).repository(name);
      const { digest } = image.manifest.descriptor;
      expect(await repository.resolve(digest)).toEqual(image.manifest.descriptor);
      const found = await readFilterImage(repository, image.manifest.descriptor);
      expect((await readModule(repository, found)).module.equals(module)).toBe(true);
    }
  });
});

describe.skipIf(isMissing)("our client", () => {
  test.each(["compat", "docker"] as const)("pushes a %s image that crane takes for well-formed", async (format) => {
    const packed = await packFilterImage({ module, runtimeConfig, format });
    await writeImage(new Registry(host).repository(`me/${format}`), packed, "v1");
    await run("crane", "validate", "--remote", `${host}/me/${format}:v1`);
    await run("crane", "export", `${host}/me/${format}:v1`, `${format}.tar`);
    const { stdout } = await execute("tar", ["-tf", join(folder, `${format}.tar`)]);
    expect(stdout.trim().split("\n").toSorted()).toEqual(["plugin.wasm", "runtime-config.json"]);
  });

  test("pushes what oras pulls and crane reads, byte for byte", async () => {
    const target = new Registry(host).repository("me/pushed");
    const { copied, skipped } = await copyImage(layout.repository("hub.example:5000/me/a"), target, "v1", {
      tag: "v1",
      referrers: true,
    });
    // The other test may have brought some of it: this registry shares blobs between its repositories.
    expect(copied + skipped).toBe(4 + 3);
    expect(await run("crane", "manifest", `${host}/me/pushed:v1`)).toBe(image.manifest.bytes.toString());
    expect((await run("crane", "digest", `${host}/me/pushed:v1`)).trim()).toBe(image.manifest.descriptor.digest);
    await run("oras", "pull", "--plain-http", "--output", "pulled", `${host}/me/pushed:v1`);
    expect((await readFile(join(folder, "pulled", "plugin.wasm"))).equals(module)).toBe(true);
    expect(JSON.parse(await readFile(join(folder, "pulled", "runtime-config.json"), "utf8"))).toEqual(runtimeConfig);
    const discovered = await run("oras", "discover", "--plain-http", "--format", "json", `${host}/me/pushed:v1`);
    expect(discovered).toContain(note.manifest.descriptor.digest);
    expect(await Array.fromAsync(target.tags())).toContain("v1");

    const again = await copyImage(layout.repository("hub.example:5000/me/a"), target, "v1", {
      tag: "v1",
      referrers: true,
    });
    expect(again.copied).toBe(0);
  });

  test("pulls into an empty layout, with referrers", async () => {
    const remote = new Registry(host).repository("me/round");
    await copyImage(layout.repository("hub.example:5000/me/a"), remote, "v1", { tag: "v1", referrers: true });
    const local = (await OciLayout.open(join(folder, "pulled-store"))).repository(`${host}/me/round`);
    await copyImage(remote, local, "v1", { tag: "v1", referrers: true });
    expect(await local.resolve("v1")).toEqual(image.manifest.descriptor);
    const referrers: readonly Descriptor[] = await Array.fromAsync(local.referrers(image.manifest.descriptor));
    expect(referrers.map(({ digest }) => digest)).toEqual([note.manifest.descriptor.digest]);
  });
});

describe.skipIf(isMissing)("filters that were pushed with", () => {
  async function pulled(name: string): Promise<Buffer> {
    const repository = new Registry(host).repository(name);
    const found = await readFilterImage(repository, await repository.resolve("v1"));
    return (await readModule(repository, found)).module;
  }

  test.each([
    { name: "oras push x.wasm", words: ["x.wasm"] },
    { name: "oras push x.wasm:application/wasm", words: ["x.wasm:application/wasm"] },
    {
      name: "oras push with an artifact type",
      words: [
        "--artifact-type",
        "application/vnd.module.wasm",
        "x.wasm:application/vnd.module.wasm.content.layer.v1+wasm",
      ],
    },
  ])("$name are read", async ({ name, words }) => {
    await writeFile(join(folder, "x.wasm"), module);
    const repository = `theirs/${name.replaceAll(/[^a-z]+/g, "-")}`;
    await run("oras", "push", "--plain-http", `${host}/${repository}:v1`, ...words);
    expect((await pulled(repository)).equals(module)).toBe(true);
  });

  test.each([
    { name: "docker", flags: [] },
    { name: "oci", flags: ["--oci-empty-base"] },
  ])("crane append, with $name media types, are read", async ({ name, flags }) => {
    await writeFile(join(folder, "plugin.wasm"), module);
    await execute("tar", ["-C", folder, "-czf", join(folder, `${name}.tgz`), "./plugin.wasm"]);
    await run("crane", "append", ...flags, "-f", `${name}.tgz`, "-t", `${host}/theirs/${name}:v1`);
    expect((await pulled(`theirs/${name}`)).equals(module)).toBe(true);
  });
});
