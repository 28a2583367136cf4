import { readdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { errorMessage, packageRoot, type Progress, silentProgress, workerPath } from "#core";
import { checkModule, type FilterModule } from "#module";
import { digestOf } from "#oci";
import { writeEditorConfig } from "../editor.ts";
import { ProjectError } from "../errors.ts";
import { manifestFile, type Project } from "../load.ts";
import { whereWritable } from "../work-folder.ts";
import { readCache, writeCache } from "./cache.ts";
import { compilerArguments, type CompileJob } from "./compile-job.ts";
import type { CompileMessage } from "./compile-worker.ts";
import type { CompileResult } from "./compile.ts";
import { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";

export interface BuildOptions {
  /** Whether an unchanged project is taken from the last build. Default true. */
  readonly cache?: boolean;
  readonly progress?: Progress;
  /**
   * Told each message of the compiler when it is found, and the warnings of a build that is taken from the last. What
   * BUILD_FAILED says then leaves them out.
   */
  readonly onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined;
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
 * Compiles a project to a module, and keeps both for the next build and for other tools in the project's `.wasm/`, if
 * that can be written to.
 *
 * @throws {ProjectError} SOURCE_MISSING; BUILD_FAILED, whose detail has the diagnostics; COMPILER_FAILED
 * @throws {ModuleError} when what was compiled is no Proxy-Wasm module
 */
export async function buildModule(project: Project, options: BuildOptions = {}): Promise<BuildResult> {
  const { folder, manifest } = project;
  const { cache = true, progress = silentProgress, onDiagnostic } = options;
  await checkSource(project);
  await whereWritable(() => writeEditorConfig(folder));
  const sdkFolder = join(packageRoot(), "sdk");
  const job: CompileJob = { projectFolder: folder, sdkFolder, source: manifest.source };
  const toolchain = await describeToolchain(job);
  const cached = cache ? await readCache(folder, toolchain) : undefined;
  if (cached) {
    for (const warning of cached.warnings) onDiagnostic?.(warning);
    return { ...cached, info: checkModule(cached.module), isCached: true };
  }

  const task = progress.task(`compiling ${manifest.source}`);
  try {
    const { module, diagnostics, inputs } = await compileInWorker(job, options);
    const warnings = diagnostics.filter(({ severity }) => severity !== "error");
    if (!module) throw buildFailed(diagnostics, onDiagnostic !== undefined);
    const info = checkModule(module);
    await whereWritable(() => writeCache(folder, toolchain, inputs, { module, warnings }));
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

/** Everything that can change the module, apart from the sources: compiler, flags, and what the SDK has it do. */
async function describeToolchain(job: CompileJob): Promise<string> {
  const compiler = createRequire(join(packageRoot(), "package.json")).resolve("assemblyscript/package.json");
  const { version } = JSON.parse(await readFile(compiler, "utf8")) as { version: string };
  const transforms = join(job.sdkFolder, "transform");
  const files = (await readdir(transforms)).toSorted().map((name) => readFile(join(transforms, name), "utf8"));
  return digestOf(JSON.stringify([version, compilerArguments(job), await Promise.all(files)]));
}

async function compileInWorker(job: CompileJob, { onDiagnostic, signal }: BuildOptions): Promise<CompileResult> {
  signal?.throwIfAborted();
  const worker = new Worker(workerPath("project/build/compile-worker.ts"), { workerData: job });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<CompileResult>((resolve, reject) => {
      worker.on("message", (message: CompileMessage) => {
        // What was called off gives no result, even one that is on its way.
        if (signal?.aborted) return;
        if (message.kind === "diagnostic") onDiagnostic?.(message.diagnostic);
        else resolve(message.result);
      });
      worker.once("error", (error) => reject(compilerFailed(error)));
      worker.once("exit", () =>
        reject((signal?.reason as Error | undefined) ?? compilerFailed(new Error("it ended without a result"))),
      );
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    // To free its memory takes a while, for which nobody needs to wait.
    void worker.terminate();
  }
}

/** @param areTold whether the diagnostics need not be said again */
function buildFailed(diagnostics: readonly Diagnostic[], areTold: boolean): ProjectError {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const headline = errors.length === 1 ? "the source has an error" : `the source has ${errors.length} errors`;
  const text = areTold ? "" : `\n${diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join("\n\n")}`;
  return new ProjectError("BUILD_FAILED", `${headline}${text}`, { detail: { diagnostics } });
}

/** A fault of the compiler's own, or a source that is too much for it. */
function compilerFailed(cause: unknown): ProjectError {
  return new ProjectError("COMPILER_FAILED", `the compiler failed: ${errorMessage(cause)}`, {
    cause,
    hint: "the source may be too much for it, such as an expression that is nested thousands deep: undo your last change",
  });
}
