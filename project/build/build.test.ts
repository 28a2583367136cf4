import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, afterAll, beforeEach, describe, expect, test } from "vitest";
import { packageRoot } from "#core";
import { checkModule, ModuleError, requiredCapabilities } from "#module";
import { digestOf } from "#oci";
import { ProjectError } from "../errors.ts";
import { loadProject, type Project } from "../load.ts";
import { scaffold } from "../scaffold.ts";
import { buildModule } from "./build.ts";
import { modulePath } from "./cache.ts";
import { compile } from "./compile.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** A project that was built once: each test works on a copy of it. */
let built: string;
let builtModule: Uint8Array;
let folder: string;

beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), "wasm-hub-built-"));
  await scaffold({ folder: built, name: "my-filter", language: "assemblyscript" });
  builtModule = (await buildModule(await loadProject(built))).module;
});
afterAll(() => rm(built, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wasm-hub-build-"));
  await cp(built, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const source = "assembly/index.ts";

async function write(file: string, text: string): Promise<Project> {
  await mkdir(join(folder, file, ".."), { recursive: true });
  await writeFile(join(folder, file), text);
  return loadProject(folder);
}

async function append(text: string): Promise<Project> {
  return write(source, `${await readFile(join(folder, source), "utf8")}\n${text}`);
}

describe("the scaffold", () => {
  test("builds to a filter that asks for no more than it uses", () => {
    const info = checkModule(builtModule);
    expect(info.abiVersion).toBe("0.2.1");
    const capabilities = requiredCapabilities(info);
    expect(capabilities).toEqual(expect.arrayContaining(["proxy_log", "proxy_on_response_headers"]));
    expect(capabilities).not.toContain("proxy_http_call");
    expect(new Set(info.imports.map(({ module }) => module))).toEqual(new Set(["env"]));
  });

  test("cut off at any byte, is nothing worse than a ModuleError", () => {
    for (let length = 0; length < builtModule.byteLength; length += 7) {
      try {
        checkModule(builtModule.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(ModuleError);
      }
    }
  });
});

describe("a filter for @solo-io/proxy-runtime", () => {
  const old = `
    export * from "@solo-io/proxy-runtime/proxy";
    import { Context, RootContext, registerRootContext } from "@solo-io/proxy-runtime";
    import { log } from "@solo-io/proxy-runtime/assembly";
    class Root extends RootContext { onTick(): void { log(2, "tick"); } }
    registerRootContext((context_id: u32) => new Root(context_id), "my-filter");`;

  test("builds as it is, whatever lies in node_modules", async () => {
    await write("node_modules/@solo-io/proxy-runtime/assembly/index.ts", "this does not compile");
    await write("node_modules/@solo-io/proxy-runtime/index.ts", "this does not compile");
    const { info, warnings } = await buildModule(await write(source, old));
    expect(info.exports.map(({ name }) => name)).toContain("proxy_on_tick");
    expect(warnings).toEqual([]);
  });

  test("has its mistakes shown where they are", async () => {
    const project = await write(source, old.replace("log(2,", "log("));
    await expect(buildModule(project)).rejects.toThrow(/assembly\/index\.ts:5:/);
  });
});

describe("a rebuild", () => {
  test("of what has not changed is taken from the last build, and where the module is left", async () => {
    const result = await buildModule(await loadProject(folder));
    expect(result).toMatchObject({ isCached: true, warnings: [], info: { abiVersion: "0.2.1" } });
    expect(result.module).toEqual(Buffer.from(builtModule));
    expect(await readFile(modulePath(folder))).toEqual(Buffer.from(builtModule));
  });

  test("from scratch gives the same digest, whatever the folder and what lies in it", async () => {
    const config = { options: { optimizeLevel: 0, noSuchOption: 1 }, targets: { release: { debug: true } } };
    await write("asconfig.json", JSON.stringify(config));
    const project = await write("node_modules/@wasm-hub/sdk/index.ts", "this does not compile");
    const { module, isCached } = await buildModule(project, { cache: false });
    expect(isCached).toBe(false);
    expect(digestOf(module)).toBe(digestOf(builtModule));
  });

  test("happens when the source has changed", async () => {
    const { isCached, module } = await buildModule(await append("export function answer(): i32 { return 42; }"));
    expect(isCached).toBe(false);
    expect(digestOf(module)).not.toBe(digestOf(builtModule));
    expect((await buildModule(await loadProject(folder))).isCached).toBe(true);
  });
});

describe("what a build reads", () => {
  test("is the sources, the SDK, and where it looked in vain", async () => {
    const sdkFolder = join(packageRoot(), "sdk");
    const { inputs } = await compile({ projectFolder: folder, sdkFolder, source });
    const digest = digestOf(await readFile(join(folder, source)));
    expect(inputs[source]).toBe(digest);
    expect(inputs[join(sdkFolder, "index.ts")]).toMatch(/^sha256:/);
    expect(inputs[join(sdkFolder, "asconfig.json")]).toMatch(/^sha256:/);
    expect(Object.values(inputs)).toContain(null);
  });
});

describe("a source that does not compile", () => {
  async function failure(project: Project): Promise<{ message: string; diagnostics: readonly Diagnostic[] }> {
    try {
      await buildModule(project);
    } catch (error) {
      expect(error).toBeInstanceOf(ProjectError);
      const { code, message, detail } = error as ProjectError;
      expect(code).toBe("BUILD_FAILED");
      return { message, diagnostics: detail["diagnostics"] as readonly Diagnostic[] };
    }
    throw new Error("it was built");
  }

  test("is BUILD_FAILED with file, line, column and the line itself", async () => {
    const line = (await readFile(join(folder, source), "utf8")).split("\n").length + 1;
    const { message, diagnostics } = await failure(await append('let wrong: i32 = "text";'));
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      severity: "error",
      file: source,
      line,
      column: 18,
      excerpt: 'let wrong: i32 = "text";',
    });
    expect(message).toContain("the source has an error\n");
    expect(message).toContain(`${source}:${line}:18: error: `);
    expect(message).toContain(` ${line} | let wrong: i32 = "text";\n`);
    expect(message).toContain(`| ${" ".repeat(17)}^^^^^^`);
  });

  test("names another file of the project in which the mistake is", async () => {
    await write("assembly/other.ts", "export function f(): i32 {\n  return true ? missing : 1;\n}\n");
    const { diagnostics } = await failure(
      await append('import { f } from "./other";\nexport function g(): i32 { return f(); }'),
    );
    expect(diagnostics[0]).toMatchObject({
      file: "assembly/other.ts",
      line: 2,
      excerpt: "  return true ? missing : 1;",
    });
  });

  test("says which import is not there", async () => {
    const { message } = await failure(await append('import { f } from "./nowhere";\nf();'));
    expect(message).toContain("assembly/nowhere.ts");
    expect(message).toContain('import { f } from "./nowhere"');
  });

  test("keeps the last build, so that taking the mistake back costs nothing", async () => {
    const text = await readFile(join(folder, source), "utf8");
    await failure(await append("syntax error"));
    await write(source, text);
    expect((await buildModule(await loadProject(folder))).isCached).toBe(true);
  });

  test("that does not exist is SOURCE_MISSING", async () => {
    await rm(join(folder, source));
    await expect(buildModule(await loadProject(folder))).rejects.toMatchObject({
      code: "SOURCE_MISSING",
      message: `${source} does not exist`,
      hint: expect.stringContaining("filter.yaml") as string,
    });
    await mkdir(join(folder, source));
    await expect(buildModule(await loadProject(folder))).rejects.toMatchObject({ code: "SOURCE_MISSING" });
  });
});

test("a build that is called off ends at once, and leaves no half module", async () => {
  await rm(join(folder, ".wasm"), { recursive: true });
  const controller = new AbortController();
  const building = buildModule(await loadProject(folder), { signal: controller.signal });
  setImmediate(() => controller.abort(new Error("enough")));
  await expect(building).rejects.toThrow("enough");
  await expect(readFile(modulePath(folder))).rejects.toThrow("ENOENT");
});

test("two builds of one project at once give the same module", async () => {
  await rm(join(folder, ".wasm"), { recursive: true });
  const project = await loadProject(folder);
  const [one, two] = await Promise.all([buildModule(project), buildModule(project)]);
  expect(digestOf(one.module)).toBe(digestOf(builtModule));
  expect(digestOf(two.module)).toBe(digestOf(builtModule));
  expect((await buildModule(project)).isCached).toBe(true);
});
