import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** What Envoy answers to `--version`. */
export function versionLine(version: string): string {
  return `envoy  version: 0123456789abcdef0123456789abcdef01234567/${version}/Clean/RELEASE/BoringSSL`;
}

/** Writes a program of a few lines of `sh`. */
export async function writeScript(path: string, ...lines: readonly string[]): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${lines.join("\n")}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A program that answers to `--version` as Envoy does, and does nothing else. */
export function writeFakeEnvoy(path: string, version: string): Promise<string> {
  return writeScript(path, `echo "${versionLine(version)}"`);
}

/** The smallest bootstrap: the admin interface, on a free port unless one is given; and what is added to it. */
export function bootstrap(more = "", adminPort = 0): string {
  return `admin: { address: { socket_address: { address: 127.0.0.1, port_value: ${adminPort} } } }\n${more}`;
}

/** Processes with a word in their command line, such as the path of a configuration. */
export async function processesOf(word: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const words = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    if (words.split("\0").includes(word)) found.push(Number(name));
  }
  return found;
}

/** Whether a process is there, and has not only ended without anybody having asked how. */
export async function isRunning(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return state !== undefined && !/\) [ZX] /.test(state);
}

/** For `vi.waitFor`: a busy machine may take its time. */
export const patience: { readonly timeout: number; readonly interval: number } = { timeout: 20_000, interval: 20 };
