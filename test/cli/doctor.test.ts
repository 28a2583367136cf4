import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestHex } from "#oci";
import { Machine } from "./machine.ts";

/** An Envoy that answers what is asked of it, so that nothing is fetched. */
async function withEnvoy(machine: Machine): Promise<void> {
  const bin = join(machine.home, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "envoy"), "#!/bin/sh\necho 'envoy  version: abc/1.40.0/Clean/RELEASE/BoringSSL'\n", {
    mode: 0o755,
  });
  machine.vars["PATH"] = `${bin}:/usr/bin:/bin`;
}

interface Result {
  readonly name: string;
  readonly status: string;
  readonly detail: string;
  readonly plan: string | null;
  readonly mended: string | null;
}

async function examine(
  machine: Machine,
  ...flags: string[]
): Promise<{ status: number | null; of: (name: string) => Result | undefined }> {
  const { status, stdout } = await machine.run(["doctor", "--json", ...flags]);
  const results = JSON.parse(stdout) as Result[];
  return { status, of: (name) => results.find((result) => result.name === name) };
}

test("a machine with nothing on it is fine, and stays as it is", async () => {
  await using machine = await Machine.start();
  await withEnvoy(machine);
  const before = await machine.files();
  const { status, stdout } = await machine.run(["doctor"]);
  expect(status).toBe(0);
  expect(stdout.match(/^✓ /gm)).toHaveLength(8);
  expect(stdout).toMatch(/^✓ Envoy: 1\.40\.0/m);
  expect(await machine.files()).toEqual(before);
});

test("a blob that was damaged, and one that is gone: the images are named, and taken out", async () => {
  await using machine = await Machine.start();
  await withEnvoy(machine);
  await machine.keepImage("me/whole", "v1");
  await machine.keepImage("me/damaged", "v1", Buffer.from("a module"));
  const layout = await machine.store();
  const digest = (await layout.list()).find(({ reference }) => reference.repository === "me/damaged")?.manifest.digest;
  const manifest = JSON.parse(
    await readFile(join(machine.storeFolder, "blobs", "sha256", digestHex(digest ?? ("" as never))), "utf8"),
  ) as {
    layers: { digest: `sha256:${string}`; mediaType: string; size: number }[];
  };
  const layer = join(machine.storeFolder, "blobs", "sha256", manifest.layers[0]?.digest.slice("sha256:".length) ?? "");
  await writeFile(layer, "A MODULE");

  const found = await examine(machine);
  expect(found.status).toBe(1);
  expect(found.of("local store")).toMatchObject({
    status: "failed",
    plan: "take 1 image that is not whole out of the store",
  });
  expect(found.of("local store")?.detail).toMatch(/me\/damaged:v1: sha256:[0-9a-f]{12} missing or damaged/);

  const mended = await examine(machine, "--fix");
  expect(mended.status).toBe(0);
  expect(mended.of("local store")).toMatchObject({ status: "ok", mended: "took out me/damaged:v1" });
  const listed = JSON.parse((await machine.run(["list", "--json"])).stdout) as { reference: string }[];
  expect(listed.map(({ reference }) => reference)).toEqual(["me/whole:v1"]);
  // A pull would have taken the damaged bytes for the right ones.
  expect(await stat(layer).catch(() => "gone")).toBe("gone");
});

test("an index that is not JSON is set aside", async () => {
  await using machine = await Machine.start();
  await withEnvoy(machine);
  await machine.keepImage("me/x", "v1");
  await writeFile(join(machine.storeFolder, "index.json"), "{");
  expect((await machine.run(["list"])).stderr).toContain("[STORE_DAMAGED]");
  expect((await examine(machine)).of("local store")).toMatchObject({ status: "failed" });
  expect((await examine(machine, "--fix")).of("local store")).toMatchObject({ status: "ok" });
  expect((await readdir(machine.storeFolder)).some((name) => name.startsWith("index.json.damaged-"))).toBe(true);
  expect((await machine.run(["list", "--json"])).stdout).toBe("[]\n");
});

test("what killed commands left is found when it is old, and removed", async () => {
  await using machine = await Machine.start();
  await withEnvoy(machine);
  const cache = join(machine.home, ".cache", "wasm-hub", "envoy-1.40.0");
  await mkdir(join(cache, ".download-old", "pip"), { recursive: true });
  await mkdir(join(cache, ".download-new"));
  await machine.keepImage("me/x", "v1");
  await writeFile(join(machine.storeFolder, ".index.json.a.tmp"), "");
  for (const path of [join(cache, ".download-old"), join(machine.storeFolder, ".index.json.a.tmp")])
    await utimes(path, 0, 0);

  expect((await examine(machine)).of("leftovers")).toMatchObject({
    status: "warning",
    plan: "remove 2 temporary files",
  });
  expect((await examine(machine, "--fix")).of("leftovers")).toMatchObject({
    status: "ok",
    mended: "removed 2 temporary files",
  });
  expect(await readdir(cache)).toEqual([".download-new"]);
});

test("passwords that others can read become one's own", async () => {
  await using machine = await Machine.start();
  await withEnvoy(machine);
  const path = join(machine.home, ".docker", "config.json");
  await mkdir(join(machine.home, ".docker"));
  await writeFile(path, JSON.stringify({ auths: { "hub.example": { auth: "bWU6eA==" } } }), { mode: 0o644 });
  expect((await examine(machine)).of("credentials")).toMatchObject({
    status: "warning",
    plan: `let only you read ${path}`,
  });
  expect((await examine(machine, "--fix")).of("credentials")).toMatchObject({
    status: "ok",
    detail: `hub.example in ${path}`,
  });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test.each([
  { what: "is not JSON", config: "{", said: "cannot read" },
  { what: "names a helper that is not there", config: '{"credsStore":"nowhere"}', said: "docker-credential-nowhere" },
])("a config.json that $what is said, and not touched", async ({ config, said }) => {
  await using machine = await Machine.start();
  await withEnvoy(machine);
  const path = join(machine.home, ".docker", "config.json");
  await mkdir(join(machine.home, ".docker"));
  await writeFile(path, config);
  const { status, of } = await examine(machine, "--fix");
  expect(status).toBe(1);
  expect(of("credentials")).toMatchObject({ status: "failed", mended: null, plan: null });
  expect(of("credentials")?.detail).toContain(said);
  expect(await readFile(path, "utf8")).toBe(config);
});

test("a file where a folder should be is said", async () => {
  await using machine = await Machine.start();
  await withEnvoy(machine);
  await writeFile(join(machine.home, ".cache"), "");
  const { status, of } = await examine(machine);
  expect(status).toBe(1);
  expect(of("folders")).toMatchObject({
    status: "failed",
    detail: `${join(machine.home, ".cache")} is a file, and a folder is needed there`,
  });
});

test("no Envoy is a warning; one that cannot be fetched is a failure of --fix", async () => {
  await using machine = await Machine.start();
  const bin = join(machine.home, "bin");
  await mkdir(bin);
  // All that is needed to look for Python, and no Python.
  await symlink("/usr/bin/env", join(bin, "env"));
  machine.vars["PATH"] = bin;
  expect((await examine(machine)).of("Envoy")).toMatchObject({ status: "warning", plan: "fetch one with pip" });
  const { status, of } = await examine(machine, "--fix");
  expect(status).toBe(1);
  expect(of("Envoy")?.detail).toContain("there is no python3 on PATH");
});

test("WASM_HUB that does not answer, and a project whose source is gone", async () => {
  await using machine = await Machine.start({ WASM_HUB: "127.0.0.1:9" });
  await withEnvoy(machine);
  await machine.run(["init", ".", "--name", "x"]);
  await machine.bash("rm assembly/index.ts");
  const { of } = await examine(machine);
  expect(of("default hub")?.detail).toContain("cannot reach 127.0.0.1:9");
  expect(of("project")?.detail).toContain("there is no such file");
});
