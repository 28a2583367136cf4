import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { packageRoot, type Progress, silentProgress, workerPath } from "#core";
import { checkModule, type FilterModule } from "#module";
import { digestOf } from "#oci";
import { ProjectError } from "../errors.ts";
import type { Project } from "../load.ts";
import { manifestFile } from "../load.ts";
import { readCache, writeCache } from "./cache.ts";
import type { CompileJob, CompileResult } from "./compile.ts";
import { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";

export interface BuildOptions {
  /** Whether an unchanged project is taken from the last build. Default true. */
  readonly cache?: boolean;
  readonly progress?: Progress;
  readonly signal?: AbortSignal | undefined;
}

export interface BuildResult {
  readonly module: Uint8Array;
  readonly info: FilterModule;
  readonly warnings: readonly Diagnostic[];
  /** Whether nothing had changed since the last build. */
  readonly isCached: boolean;
}

/**
 * Compiles a project to a module.
 *
 * @throws {ProjectError} SOURCE_MISSING; BUILD_FAILED, whose detail has the diagnostics
 * @throws {ModuleError} when what was compiled is no Proxy-Wasm module
 */
export async function buildModule(project: Project, options: BuildOptions = {}): Promise<BuildResult> {
  const { folder, manifest } = project;
  const { cache = true, progress = silentProgress, signal } = options;
  await checkSource(project);
  const sdkFolder = join(packageRoot(), "sdk");
  const job: CompileJob = { projectFolder: folder, sdkFolder, source: manifest.source };
  const toolchain = await describeToolchain(job);
  const cached = cache ? await readCache(folder, toolchain) : undefined;
  if (cached) return { ...cached, info: checkModule(cached.module), isCached: true };

  const task = progress.task(`compiling ${manifest.source}`);
  try {
    const { module, diagnostics, inputs } = await compileInWorker(job, signal);
    const warnings = diagnostics.filter(({ severity }) => severity !== "error");
    if (!module) throw buildFailed(diagnostics);
    const info = checkModule(module);
    await writeCache(folder, toolchain, inputs, { module, warnings });
    task.done();
    return { module, info, warnings, isCached: false };
  } catch (error) {
    task.fail();
    throw error;
  }
}

async function checkSource({ folder, manifest }: Project): Promise<void> {
  const path = join(folder, manifest.source);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return;
  throw new ProjectError("SOURCE_MISSING", `${manifest.source} does not exist`, {
    hint: `${manifestFile} names it as source: mend that line, or make the file`,
    detail: { path },
  });
}

/** Everything that can change the module, apart from the files that the compiler reads. */
async function describeToolchain(job: CompileJob): Promise<string> {
  const compiler = createRequire(join(packageRoot(), "package.json")).resolve("assemblyscript/package.json");
  const { version } = JSON.parse(await readFile(compiler, "utf8")) as { version: string };
  return digestOf(JSON.stringify({ version, sdk: job.sdkFolder, source: job.source }));
}

async function compileInWorker(job: CompileJob, signal?: AbortSignal): Promise<CompileResult> {
  signal?.throwIfAborted();
  const worker = new Worker(workerPath("project/build/compile-worker.ts"), { workerData: job });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<CompileResult>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", () =>
        reject((signal?.reason as Error | undefined) ?? new Error("the compiler ended without a result")),
      );
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    await worker.terminate();
  }
}

function buildFailed(diagnostics: readonly Diagnostic[]): ProjectError {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const headline = errors.length === 1 ? "the source has an error" : `the source has ${errors.length} errors`;
  const text = diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join("\n\n");
  return new ProjectError("BUILD_FAILED", `${headline}\n${text}`, { detail: { diagnostics } });
}
