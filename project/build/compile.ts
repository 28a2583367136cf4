import { readFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { digestOf } from "#oci";
import asc from "assemblyscript/asc";
import { compilerArguments, type CompileJob, moduleName } from "./compile-job.ts";
import { type Diagnostic, locate, type RawDiagnostic } from "./diagnostic.ts";

export interface CompileResult {
  /** Absent when a diagnostic is an error. */
  readonly module: Uint8Array | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Digest of each file that was read, by its path, absolute or below the project; null where a file was looked for in vain. */
  readonly inputs: Readonly<Record<string, string | null>>;
}

/** Packages that are always ours, and where they are below the SDK's folder. */
const ownPackages: ReadonlyMap<string, string> = new Map([
  ["@wasm-hub/sdk", "."],
  ["@solo-io/proxy-runtime", "compat/@solo-io/proxy-runtime"],
]);

const packagePath = /(?:^|\/)node_modules\/(@[^/]+\/[^/]+)(?:\/(.*))?$/;

/**
 * Compiles a filter in this thread. `@wasm-hub/sdk` is always ours: nothing is installed in the project. So is
 * `@solo-io/proxy-runtime`, even where it is installed: the original does not compile any more.
 *
 * @param onDiagnostic told each diagnostic as the compiler finds it
 * @throws what the compiler throws when it has a fault of its own
 */
export async function compile(
  job: CompileJob,
  onDiagnostic: (diagnostic: Diagnostic) => void = () => {},
): Promise<CompileResult> {
  const { projectFolder, sdkFolder } = job;
  const inputs: Record<string, string | null> = {};
  const texts = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  let module: Uint8Array | undefined;

  // Several hundred files, one after the other, in a thread with nothing else to do.
  const readSource = (name: string, baseDir: string): string | null => {
    const path = resolvePath(name, baseDir, sdkFolder);
    const key = inputKey(path, projectFolder);
    try {
      const bytes = readFileSync(path, "utf8");
      inputs[key] = digestOf(bytes);
      // A byte order mark would count as a character of the first line.
      const text = bytes.replace(/^\uFEFF/, "");
      texts.set(shownPath(name), text);
      return text;
    } catch {
      inputs[key] = null;
      return null;
    }
  };

  const { error } = await asc.main([...compilerArguments(job), "--baseDir", projectFolder], {
    readFile: readSource,
    writeFile: (name, contents) => {
      if (name === moduleName) module = contents as Uint8Array;
    },
    listFiles: () => [],
    reportDiagnostic: (raw: RawDiagnostic) => {
      const diagnostic = locate(raw, texts);
      diagnostics.push(diagnostic);
      onDiagnostic(diagnostic);
    },
    stdout: asc.createMemoryStream(),
    stderr: asc.createMemoryStream(),
  });
  if (error && !diagnostics.some(({ severity }) => severity === "error")) throw error;
  return { module: error ? undefined : module, diagnostics, inputs };
}

/** A file of a package of ours: the package, where it is below the SDK's folder, and the file below that. */
function ownFile(name: string): { packageName: string; folder: string; file: string } | undefined {
  const [, packageName = "", file = ""] = packagePath.exec(name.replaceAll("\\", "/")) ?? [];
  const folder = ownPackages.get(packageName);
  return folder === undefined ? undefined : { packageName, folder, file };
}

function resolvePath(name: string, baseDir: string, sdkFolder: string): string {
  const own = ownFile(name);
  return own ? join(sdkFolder, own.folder, own.file) : resolve(baseDir, name);
}

/** How the compiler names a file in its diagnostics: packages without the folders above them. */
function shownPath(name: string): string {
  const own = ownFile(name);
  return own ? `~lib/${own.packageName}/${own.file}` : name;
}

function inputKey(path: string, projectFolder: string): string {
  const below = relative(projectFolder, path);
  return below.startsWith("..") || isAbsolute(below) ? path : below;
}
