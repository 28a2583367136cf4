import { readFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { digestOf } from "#oci";
import asc from "assemblyscript/asc";
import { type Diagnostic, locate, type RawDiagnostic } from "./diagnostic.ts";

export interface CompileJob {
  /** Absolute; paths in diagnostics are relative to it. */
  readonly projectFolder: string;
  /** Where `@wasm-hub/sdk` is. */
  readonly sdkFolder: string;
  /** Entry file, relative to the project. */
  readonly source: string;
}

export interface CompileResult {
  /** Absent when a diagnostic is an error. */
  readonly module: Uint8Array | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Digest of each file that was read, by its path, absolute or below the project; null where a file was looked for in vain. */
  readonly inputs: Readonly<Record<string, string | null>>;
}

const sdkPath = /(?:^|\/)node_modules\/@wasm-hub\/sdk(?:\/(.*))?$/;

/** Compiles a filter in this thread. `@wasm-hub/sdk` is always ours: nothing is installed in the project. */
export async function compile({ projectFolder, sdkFolder, source }: CompileJob): Promise<CompileResult> {
  const inputs: Record<string, string | null> = {};
  const texts = new Map<string, string>();
  const raw: RawDiagnostic[] = [];
  let module: Uint8Array | undefined;

  const readSource = async (name: string, baseDir: string): Promise<string | null> => {
    const path = resolvePath(name, baseDir, sdkFolder);
    const key = inputKey(path, projectFolder);
    try {
      const text = await readFile(path, "utf8");
      inputs[key] = digestOf(text);
      texts.set(shownPath(name), text);
      return text;
    } catch {
      inputs[key] = null;
      return null;
    }
  };

  // How a filter is compiled is up to the SDK; an asconfig.json in the project is for its editor.
  const config = join(sdkFolder, "asconfig.json");
  const args = [source, "--baseDir", projectFolder, "--config", config, "--outFile", "filter.wasm", "--noColors"];
  const { error } = await asc.main(args, {
    readFile: readSource,
    writeFile: (name, contents) => {
      if (name === "filter.wasm") module = contents as Uint8Array;
    },
    listFiles: () => [],
    reportDiagnostic: (diagnostic) => void raw.push(diagnostic),
    stdout: asc.createMemoryStream(),
    stderr: asc.createMemoryStream(),
  });
  const diagnostics = raw.map((diagnostic) => locate(diagnostic, texts));
  if (error && !diagnostics.some(({ severity }) => severity === "error")) throw error;
  return { module: error ? undefined : module, diagnostics, inputs };
}

function resolvePath(name: string, baseDir: string, sdkFolder: string): string {
  const own = sdkPath.exec(name.replaceAll("\\", "/"));
  return own ? join(sdkFolder, own[1] ?? "") : resolve(baseDir, name);
}

/** How the compiler names a file in its diagnostics: packages without the folders above them. */
function shownPath(name: string): string {
  const own = sdkPath.exec(name.replaceAll("\\", "/"));
  return own ? `~lib/@wasm-hub/sdk/${own[1] ?? ""}` : name;
}

function inputKey(path: string, projectFolder: string): string {
  const below = relative(projectFolder, path);
  return below.startsWith("..") || isAbsolute(below) ? path : below;
}
