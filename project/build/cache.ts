import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "#core";
import { digestOf } from "#oci";
import { workFolder } from "../work-folder.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** What a build read and what came of it, kept in the project's `.wasm/build/`. */
interface BuildRecord {
  /** Compiler, its options and the SDK's place, in one digest. */
  readonly toolchain: string;
  readonly inputs: Readonly<Record<string, string | null>>;
  readonly module: string;
  readonly warnings: readonly Diagnostic[];
}

export interface CachedBuild {
  readonly module: Uint8Array;
  readonly warnings: readonly Diagnostic[];
}

/**
 * @returns the last build, if nothing that it read has changed
 */
export async function readCache(projectFolder: string, toolchain: string): Promise<CachedBuild | undefined> {
  try {
    const record = JSON.parse(await readFile(recordPath(projectFolder), "utf8")) as BuildRecord;
    if (record.toolchain !== toolchain || !(await areUnchanged(projectFolder, record.inputs))) return undefined;
    const module = await readFile(modulePath(projectFolder));
    return digestOf(module) === record.module ? { module, warnings: record.warnings } : undefined;
  } catch {
    // Missing or damaged: it is built anew.
    return undefined;
  }
}

export async function writeCache(
  projectFolder: string,
  toolchain: string,
  inputs: Readonly<Record<string, string | null>>,
  build: CachedBuild,
): Promise<void> {
  const record: BuildRecord = { toolchain, inputs, module: digestOf(build.module), warnings: build.warnings };
  await mkdir(join(projectFolder, workFolder, "build"), { recursive: true });
  await writeFileAtomic(modulePath(projectFolder), build.module);
  await writeFileAtomic(recordPath(projectFolder), JSON.stringify(record));
}

/** Where a build leaves the module for other tools. */
export function modulePath(projectFolder: string): string {
  return join(projectFolder, workFolder, "build", "filter.wasm");
}

function recordPath(projectFolder: string): string {
  return join(projectFolder, workFolder, "build", "record.json");
}

/** A file that was looked for in vain must still be missing: it would be found before another. */
async function areUnchanged(projectFolder: string, inputs: Readonly<Record<string, string | null>>): Promise<boolean> {
  const checks = Object.entries(inputs).map(async ([path, digest]) => {
    const text = await readFile(resolve(projectFolder, path), "utf8").catch(() => null);
    return (text === null ? null : digestOf(text)) === digest;
  });
  return (await Promise.all(checks)).every(Boolean);
}
