import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { partOrReason } from "../tools/parts/mod.ts";
import { cachedEnvoy } from "./download.ts";
import { findEnvoy, type FindEnvoyOptions, type FoundEnvoy } from "./find.ts";
import { writeFakeEnvoy, writeScript } from "./testing.ts";

const envoy = await partOrReason("envoy");

let folder: string;
let cacheDir: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "envoy-find-"));
  cacheDir = join(folder, "cache");
});
afterEach(() => rm(folder, { recursive: true }));

function find(options: Partial<FindEnvoyOptions> = {}): Promise<FoundEnvoy> {
  return findEnvoy({ cacheDir, download: "never", ...options });
}

function pathOf(...names: readonly string[]): string {
  return names.map((name) => (name === "" ? "" : join(folder, name))).join(delimiter);
}

describe("findEnvoy()", () => {
  test("takes what the flag names, else what ENVOY names, else what is on PATH, else what is in the cache", async () => {
    const fromFlag = await writeFakeEnvoy(join(folder, "flag"), "1.31.0");
    const fromEnvironment = await writeFakeEnvoy(join(folder, "environment"), "1.32.0");
    const onPath = await writeFakeEnvoy(join(folder, "bin", "envoy"), "1.33.0-dev");
    const cached = await writeFakeEnvoy(cachedEnvoy(cacheDir), "1.40.0");
    const pathVariable = pathOf("bin");

    expect(await find({ fromFlag, fromEnvironment, pathVariable })).toEqual({
      path: fromFlag,
      version: "1.31.0",
      source: "flag",
    });
    expect(await find({ fromEnvironment, pathVariable })).toEqual({
      path: fromEnvironment,
      version: "1.32.0",
      source: "environment",
    });
    expect(await find({ pathVariable })).toEqual({ path: onPath, version: "1.33.0-dev", source: "path" });
    expect(await find()).toEqual({ path: cached, version: "1.40.0", source: "cache" });
  });

  test("takes an empty flag and an empty variable for none", async () => {
    const path = await writeFakeEnvoy(join(folder, "bin", "envoy"), "1.40.0");
    expect(await find({ fromFlag: "", fromEnvironment: "", pathVariable: pathOf("bin") })).toMatchObject({ path });
  });

  test("gives an absolute path for a relative one", async () => {
    const path = await writeFakeEnvoy(join(folder, "bin", "envoy"), "1.40.0");
    expect(await find({ fromFlag: relative(process.cwd(), path) })).toMatchObject({ path });
    expect(await find({ pathVariable: relative(process.cwd(), join(folder, "bin")) })).toMatchObject({ path });
  });

  test("takes a script that wraps an Envoy, and a link to one", async () => {
    const real = await writeFakeEnvoy(join(folder, "real"), "1.40.0");
    await writeScript(join(folder, "wrapper", "envoy"), `exec ${real} "$@"`);
    expect(await find({ pathVariable: pathOf("wrapper") })).toMatchObject({ version: "1.40.0", source: "path" });
    await mkdir(join(folder, "link"));
    await symlink(real, join(folder, "link", "envoy"));
    expect(await find({ pathVariable: pathOf("link") })).toMatchObject({ version: "1.40.0", source: "path" });
  });

  test.skipIf("reason" in envoy)("takes a real Envoy", async () => {
    const fromFlag = "path" in envoy ? envoy.path : "";
    expect(await find({ fromFlag })).toEqual({ path: fromFlag, version: "1.40.0", source: "flag" });
  });

  test("is ENVOY_NOT_FOUND when there is none and none may be fetched, and says how to get one", async () => {
    await expect(find({ pathVariable: pathOf("nothing", "") })).rejects.toMatchObject({
      code: "ENVOY_NOT_FOUND",
      hint: expect.stringMatching(/--envoy FILE.*ENVOY.*wasm doctor --fix/),
    });
  });

  test("ends when the person gives up, and passes nothing over for that", async () => {
    const pathVariable = pathOf("bin");
    await writeFakeEnvoy(join(folder, "bin", "envoy"), "1.40.0");
    const signal = AbortSignal.abort(new Error("interrupted"));
    await expect(find({ pathVariable, signal })).rejects.toThrow("interrupted");
  });
});

describe("what is named envoy on PATH and is none is passed over:", () => {
  test.each<{ name: string; make: (path: string) => Promise<unknown> }>([
    { name: "a folder", make: (path) => mkdir(path, { recursive: true }) },
    { name: "a file that may not be run", make: async (path) => chmod(await writeFakeEnvoy(path, "1.40.0"), 0o644) },
    { name: "another program of that name", make: (path) => writeScript(path, 'echo "envoy 2.1, a task runner"') },
    { name: "a program that says nothing", make: (path) => writeScript(path, "exit 0") },
    { name: "a wrapper whose Envoy is gone", make: (path) => writeScript(path, `exec ${path}-real "$@"`) },
    { name: "a script whose interpreter is gone", make: (path) => writeProgram(path, "#!/nowhere/python\n") },
    {
      name: "a link to nothing",
      make: (path) => mkdir(join(path, ".."), { recursive: true }).then(() => symlink(`${path}-real`, path)),
    },
    { name: "a file of another machine", make: (path) => writeProgram(path, "\0\0\0") },
  ])("$name", async ({ make }) => {
    await make(join(folder, "first", "envoy"));
    const path = await writeFakeEnvoy(join(folder, "second", "envoy"), "1.40.0");
    expect(await find({ pathVariable: pathOf("first", "second") })).toEqual({
      path,
      version: "1.40.0",
      source: "path",
    });
    await expect(find({ pathVariable: pathOf("first") })).rejects.toMatchObject({ code: "ENVOY_NOT_FOUND" });
  });
});

describe("what is named and is no Envoy is ENVOY_UNUSABLE, whatever else there is:", () => {
  test.each<{ name: string; make: (path: string) => Promise<unknown>; problem: string }>([
    { name: "nothing", make: async () => undefined, problem: "ENOENT" },
    { name: "a folder", make: (path) => mkdir(path), problem: "EACCES" },
    { name: "a file that may not be run", make: (path) => writeFile(path, ""), problem: "EACCES" },
    {
      name: "another program",
      make: (path) => writeScript(path, "echo hello", "echo you"),
      problem: 'it says "hello"',
    },
    {
      name: "a program that fails",
      make: (path) => writeScript(path, "echo no libc >&2", "exit 1"),
      problem: "no libc",
    },
  ])("$name", async ({ make, problem }) => {
    const named = join(folder, "named");
    await make(named);
    const pathVariable = pathOf("bin");
    await writeFakeEnvoy(join(folder, "bin", "envoy"), "1.40.0");
    for (const [where, options] of [
      ["--envoy", { fromFlag: named }],
      ["ENVOY", { fromEnvironment: named }],
    ] as const) {
      await expect(find({ ...options, pathVariable })).rejects.toMatchObject({
        code: "ENVOY_UNUSABLE",
        message: expect.stringMatching(new RegExp(`^${where} names ${named}, which is no Envoy: .*${problem}`, "s")),
        hint: `give ${where} the path of an Envoy program, or leave it out`,
        detail: { path: named },
      });
    }
  });
});

async function writeProgram(path: string, text: string): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, text, { mode: 0o755 });
}
