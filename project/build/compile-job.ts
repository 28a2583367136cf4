import { join } from "node:path";

export interface CompileJob {
  /** Absolute; paths in diagnostics are relative to it. */
  readonly projectFolder: string;
  /** Where `@wasm-hub/sdk` is. */
  readonly sdkFolder: string;
  /** Entry file, relative to the project. */
  readonly source: string;
}

/** What the compiler calls its output; nothing is written under that name. */
export const moduleName = "filter.wasm";

/** What decides, with the files that are read, what comes out. */
export function compilerArguments({ sdkFolder, source }: CompileJob): readonly string[] {
  // How a filter is compiled is up to the SDK; an asconfig.json in the project is for its editor.
  const config = join(sdkFolder, "asconfig.json");
  // A name may begin with a dash.
  return [`./${source}`, "--config", config, "--outFile", moduleName, "--noColors"];
}
