import { mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packageFilter } from "../package.ts";
import { loadProject, type Project } from "../load.ts";
import { scaffold } from "../scaffold.ts";
import { buildModule, type BuildOptions } from "./build.ts";
import { modulePath } from "./cache.ts";
import { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "wasm-hub-build-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const source = "assembly/index.ts";

async function newProject(name = "project"): Promise<Project> {
  const folder = join(root, name);
  await scaffold({ folder, name: "my-filter", language: "assemblyscript" });
  return loadProject(folder);
}

async function change(project: Project, edit: (text: string) => string, file = source): Promise<Project> {
  const path = join(project.folder, file);
  await writeFile(path, edit(await readFile(path, "utf8")));
  return loadProject(project.folder);
}

async function imageDigest(project: Project, options: BuildOptions = {}): Promise<string> {
  const { module, info } = await buildModule(project, options);
  return (await packageFilter(project, module, info)).image.manifest.descriptor.digest;
}

test("the same source gives the same image: in another folder, at another time, from the cache, with Windows' line ends", async () => {
  const plain = await newProject();
  const digest = await imageDigest(plain);
  expect(await imageDigest(plain)).toBe(digest);

  // Every character that means something to a shell, a URL or the compiler.
  const odd = await newProject('node_modules/~lib/an odd, long "name" #%20&\'ü✓\n.ts');
  const past = new Date("1999-12-31T23:59:59Z");
  for (const file of [source, "filter.yaml"]) await utimes(join(odd.folder, file), past, past);
  expect(await imageDigest(odd)).toBe(digest);

  const windows = await newProject("windows");
  const toWindows = (text: string): string => `\uFEFF${text.replaceAll("\n", "\r\n")}`;
  await change(windows, toWindows);
  expect(await imageDigest(await change(windows, toWindows, "filter.yaml"))).toBe(digest);
});

describe("what the compiler says", () => {
  const misspelt = (text: string): string => text.replace("onResponseHeaders(", "onResponseHeader(");

  test("is told when it is found: a build can be called off at its first warning", async () => {
    const project = await change(await newProject(), misspelt);
    const controller = new AbortController();
    const onDiagnostic = ({ message }: Diagnostic): void => controller.abort(new Error(message));
    const building = buildModule(project, { onDiagnostic, signal: controller.signal });
    await expect(building).rejects.toThrow("onResponseHeader is no callback");
  });

  test("is told again, with its place, when the build is taken from the last one", async () => {
    const project = await change(await newProject(), misspelt);
    const first: Diagnostic[] = [];
    const second: Diagnostic[] = [];
    await buildModule(project, { onDiagnostic: (diagnostic) => first.push(diagnostic) });
    const { isCached, warnings } = await buildModule(project, {
      onDiagnostic: (diagnostic) => second.push(diagnostic),
    });
    expect(isCached).toBe(true);
    expect(first).toMatchObject([
      { severity: "warning", file: source, excerpt: expect.stringContaining("(") as string },
    ]);
    expect(second).toEqual(first);
    expect(warnings).toEqual(first);
  });

  test("is left out of the error when it was told before", async () => {
    const project = await change(await newProject(), (text) => `${text}\nlet a: i32 = "a";\nlet b: i32 = "b";\n`);
    const told: string[] = [];
    const onDiagnostic = (diagnostic: Diagnostic): void => void told.push(formatDiagnostic(diagnostic));
    await expect(buildModule(project, { onDiagnostic })).rejects.toMatchObject({
      code: "BUILD_FAILED",
      message: "the source has 2 errors",
      detail: { diagnostics: [{ severity: "error" }, { severity: "error" }] },
    });
    expect(told).toHaveLength(2);
    await expect(buildModule(project)).rejects.toMatchObject({
      message: ["the source has 2 errors", told.join("\n\n")].join("\n"),
    });
  });

  test("counts lines and columns as an editor does in a file with a byte order mark and Windows' line ends", async () => {
    const text = '\uFEFFlet a: i32 = "a";\r\n\r\nlet b: i32 = "b";\r\n';
    const project = await change(await newProject(), () => text);
    const error: unknown = await buildModule(project).catch((error: unknown) => error);
    expect(error).toMatchObject({
      detail: {
        diagnostics: [
          { line: 1, column: 14, excerpt: 'let a: i32 = "a";' },
          { line: 3, column: 14, excerpt: 'let b: i32 = "b";' },
        ],
      },
    });
  });
});

describe("a build", () => {
  test("of a file whose name looks like a flag compiles that file", async () => {
    const project = await newProject();
    await writeFile(join(project.folder, "--help.ts"), "syntax_error;");
    const named = await change(
      project,
      (text) => text.replace(`source: ${source}`, "source: --help.ts"),
      "filter.yaml",
    );
    await expect(buildModule(named)).rejects.toMatchObject({
      code: "BUILD_FAILED",
      detail: { diagnostics: [{ file: "--help.ts", line: 1 }] },
    });
  });

  test("that is too much for the compiler is COMPILER_FAILED", async () => {
    const depth = 30_000;
    const nested = `export const deep: i32 = ${"(".repeat(depth)}1${")".repeat(depth)};\n`;
    const project = await change(await newProject(), (text) => `${text}\n${nested}`);
    await expect(buildModule(project)).rejects.toMatchObject({ code: "COMPILER_FAILED" });
  });

  test.each(["before it compiles", "while it compiles"])("that is called off %s leaves nothing", async (when) => {
    const project = await newProject();
    const signal = when === "before it compiles" ? AbortSignal.abort(new Error("enough")) : undefined;
    const controller = new AbortController();
    const progress = {
      task: () => {
        // The compiler is about to be started.
        setImmediate(() => controller.abort(new Error("enough")));
        return { advance() {}, done() {}, fail() {} };
      },
    };
    const building = buildModule(project, { progress, signal: signal ?? controller.signal });
    await expect(building).rejects.toThrow("enough");
    expect(await readdir(join(project.folder, ".wasm"))).toEqual(["tsconfig.json"]);
  });

  // The one folder in which not even root can make a file.
  test.skipIf(process.platform !== "linux")(
    "in a folder that cannot be written to works, and keeps nothing",
    async () => {
      const project = await newProject();
      await rm(join(project.folder, ".wasm"), { recursive: true });
      await symlink("/sys", join(project.folder, ".wasm"));
      expect(await buildModule(project)).toMatchObject({ isCached: false, info: { abiVersion: "0.2.1" } });
      await expect(readFile(modulePath(project.folder))).rejects.toThrow("ENOENT");
    },
  );
});
