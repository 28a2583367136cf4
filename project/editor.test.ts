import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, sep } from "node:path";
import ts from "typescript";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeEditorConfig } from "./editor.ts";
import { scaffold } from "./scaffold.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wasm-hub-editor-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("writeEditorConfig()", () => {
  async function config(): Promise<{ extends: string; compilerOptions: { paths: Record<string, string[]> } }> {
    return JSON.parse(await readFile(join(folder, ".wasm", "tsconfig.json"), "utf8")) as never;
  }

  test("leads an editor to AssemblyScript's types and to the SDK", async () => {
    await writeEditorConfig(folder);
    const { extends: base, compilerOptions } = await config();
    const sdk = compilerOptions.paths["@wasm-hub/sdk"]?.[0] ?? "";
    for (const path of [base, sdk]) {
      expect(isAbsolute(path)).toBe(true);
      expect((await stat(path)).isFile(), `file ${path}`).toBe(true);
    }
  });

  test("does not touch a file that is as it should be, and mends one that is not", async () => {
    await writeEditorConfig(folder);
    const path = join(folder, ".wasm", "tsconfig.json");
    const before = await stat(path, { bigint: true });
    await writeEditorConfig(folder);
    expect((await stat(path, { bigint: true })).mtimeNs).toBe(before.mtimeNs);
    await writeFile(path, "{}");
    await writeEditorConfig(folder);
    expect((await config()).extends).toContain("assembly.json");
  });
});

/** What an editor underlines in the project's own files: it has its answers from TypeScript. */
describe("in an editor, the scaffold", () => {
  const source = (): string => join(folder, "assembly", "index.ts");
  beforeEach(() => scaffold({ folder, name: "my-filter", language: "assemblyscript" }));

  function problems(): readonly string[] {
    const config = join(folder, "assembly", "tsconfig.json");
    const read = ts.readConfigFile(config, (path) => ts.sys.readFile(path));
    const { fileNames, options, errors } = ts.parseJsonConfigFileContent(read.config, ts.sys, dirname(config));
    const program = ts.createProgram(fileNames, options);
    const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(folder + sep));
    expect(own.map(({ fileName }) => fileName)).toContain(source());
    const found = own.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]);
    return [...errors, ...program.getGlobalDiagnostics(), ...found].map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, "\n"),
    );
  }

  async function append(text: string): Promise<void> {
    await writeFile(source(), `${await readFile(source(), "utf8")}\n${text}\n`);
  }

  test("has no unresolved import and no unknown type", () => {
    expect(problems()).toEqual([]);
  });

  test("finds what filters for @solo-io/proxy-runtime import", async () => {
    await append(`
      export * from "@solo-io/proxy-runtime/proxy";
      import { RootContext as OldRoot, Headers, stream_context } from "@solo-io/proxy-runtime/assembly";
      import { makeHeaderPair } from "@solo-io/proxy-runtime";
      export class Old extends OldRoot { headers: Headers = [makeHeaderPair("a", "b")]; }
      stream_context.headers.request.set_headers(new Old(1).headers);`);
    expect(problems()).toEqual([]);
  });

  test("knows AssemblyScript's types and built-in functions", async () => {
    await append(
      "export function size(): usize { return sizeof<f32>() + <usize>load<u8>(0) + changetype<usize>(u32.MAX_VALUE); }",
    );
    expect(problems()).toEqual([]);
  });

  test.each([
    { mistake: 'export const a: u32 = "text";', problem: "Type 'string' is not assignable to type 'number'." },
    {
      mistake: 'import { nothing } from "@wasm-hub/sdk"; nothing();',
      problem: `Module '"@wasm-hub/sdk"' has no exported member 'nothing'.`,
    },
    {
      mistake:
        "export class Mine extends HttpContext { onRequestHeaders(end: string): Action { return Action.Continue; } }",
      problem: expect.stringContaining("Property 'onRequestHeaders'") as string,
    },
  ])("is told of $mistake", async ({ mistake, problem }) => {
    await append(mistake);
    expect(problems()).toEqual([problem]);
  });
});
