import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as asc from "assemblyscript/asc";

const sdkFolder = fileURLToPath(new URL("../../sdk", import.meta.url));
const filters = fileURLToPath(new URL("filters", import.meta.url));
const inSdk = /(?:^|[\\/])node_modules[\\/]@wasm-hub[\\/]sdk[\\/](.+)$/;
const inOldSdk = /(?:^|[\\/])node_modules[\\/](@solo-io[\\/]proxy-runtime[\\/].+)$/;

/** A module, and what the compiler said. */
export interface Compiled {
  readonly wasm: Uint8Array;
  /** What the compiler said: warnings, or the errors for which `wasm` is empty. */
  readonly diagnostics: string;
}

/**
 * Compiles `filters/<name>.ts`, or the given source, as a user's project is: the SDK is found under `node_modules`.
 *
 * @param source stands in for the file
 * @param others files beside it, by their names
 */
export async function compileFilter(
  name: string,
  source?: string,
  others: ReadonlyMap<string, string> = new Map(),
): Promise<Compiled> {
  let wasm = new Uint8Array();
  const stderr = asc.createMemoryStream();
  await asc.main(
    [
      `${name}.ts`,
      "--config",
      join(sdkFolder, "asconfig.json"),
      "--baseDir",
      filters,
      "--outFile",
      "out.wasm",
      "--noColors",
    ],
    {
      stderr,
      readFile: async (path, baseDir) => {
        if (source !== undefined && path === `${name}.ts`) return source;
        const other = others.get(path);
        if (other !== undefined) return other;
        const oldFile = inOldSdk.exec(path)?.[1];
        const sdkFile = oldFile ? join("compat", oldFile) : inSdk.exec(path)?.[1];
        return readFile(sdkFile ? join(sdkFolder, sdkFile) : resolve(baseDir, path), "utf8").catch(() => null);
      },
      writeFile: (_path, contents) => {
        wasm = contents as Uint8Array<ArrayBuffer>;
      },
    },
  );
  return { wasm, diagnostics: stderr.toString() };
}

/**
 * {@link compileFilter} for a filter that has nothing wrong with it.
 *
 * @throws with what the compiler said, warnings too
 */
export async function compileCleanly(name: string): Promise<Uint8Array> {
  const { wasm, diagnostics } = await compileFilter(name);
  if (diagnostics !== "") throw new Error(diagnostics);
  return wasm;
}
