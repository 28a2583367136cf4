import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** As Envoy says it: `<program>  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL`. */
const versionLine = /\bversion: [^/\s]*\/(\d+\.\d+\.\d+[^/\s]*)\//;

/**
 * Asks a program whether it is an Envoy. A script that only wraps one is as good, as long as it answers.
 *
 * @returns such as `1.40.0`
 * @throws when it does not run, or says something else
 */
export async function envoyVersion(path: string, signal?: AbortSignal): Promise<string> {
  const { stdout } = await execute(path, ["--version"], { timeout: 20_000, ...(signal ? { signal } : {}) });
  const version = versionLine.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`it says ${JSON.stringify(stdout.trim().split("\n")[0])}`);
  return version;
}
