import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { EnvoyAdmin } from "./admin.ts";
import { EnvoyError } from "./errors.ts";

export interface StartEnvoyOptions {
  /** The program; see {@link findEnvoy}. */
  readonly path: string;
  /** Bootstrap. It must have an admin interface. */
  readonly configPath: string;
  /** Default 1. */
  readonly concurrency?: number;
  /** Envoy's own word. Default `info`. */
  readonly logLevel?: string;
  /** Told each line of Envoy's log. */
  readonly onLog?: (line: string) => void;
  /** Milliseconds until Envoy must be ready. Default 30 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface RunningEnvoy {
  readonly adminUrl: URL;
  readonly admin: EnvoyAdmin;
  readonly pid: number;
  /** The last lines of the log, at most 2 000. */
  log(): readonly string[];
  /** Ends Envoy and waits for it. @returns its exit status, or null when it had to be killed */
  stop(): Promise<number | null>;
}

const keptLines = 2_000;
const killAfterMs = 10_000;

/**
 * Starts an Envoy and waits until it serves.
 *
 * @throws {EnvoyError} ENVOY_PORT_IN_USE, ENVOY_START_FAILED with Envoy's last words
 */
export async function startEnvoy(options: StartEnvoyOptions): Promise<RunningEnvoy> {
  const { path, configPath, concurrency = 1, logLevel = "info", timeoutMs = 30_000, signal } = options;
  signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), "envoy-"));
  const addressPath = join(folder, "admin");
  // Hot restart would make two Envoys of one machine meet in shared memory.
  const words = ["--config-path", configPath, "--admin-address-path", addressPath, "--disable-hot-restart"];
  const child = spawn(path, [...words, "--concurrency", String(concurrency), "--log-level", logLevel], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const keep = (line: string): void => {
    if (lines.push(line) > keptLines) lines.shift();
    options.onLog?.(line);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", keep);
  const exited = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  exited.catch(() => undefined);
  const stop = async (): Promise<number | null> => {
    const status = await end(child, exited);
    await rm(folder, { recursive: true, force: true });
    return status;
  };
  try {
    const ready = waitUntilReady(addressPath, timeoutMs, signal);
    const failed = exited.then((status) => {
      throw startFailed(status, lines, configPath);
    });
    const adminUrl = await Promise.race([ready, failed]);
    return { adminUrl, admin: new EnvoyAdmin(adminUrl), pid: child.pid ?? 0, log: () => [...lines], stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function waitUntilReady(addressPath: string, timeoutMs: number, signal?: AbortSignal): Promise<URL> {
  const limit = AbortSignal.timeout(timeoutMs);
  for (;;) {
    signal?.throwIfAborted();
    if (limit.aborted) throw new EnvoyError("ENVOY_START_FAILED", `Envoy was not ready after ${timeoutMs / 1000} s`);
    const address = await readFile(addressPath, "utf8").catch(() => "");
    const url = address === "" ? undefined : new URL(`http://${address}`);
    const state = url && (await new EnvoyAdmin(url).state(signal).catch(() => ""));
    if (url && state === "LIVE") return url;
    await sleep(25);
  }
}

async function end(child: ChildProcess, exited: Promise<number | null>): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return child.exitCode;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  try {
    return await exited;
  } finally {
    clearTimeout(timer);
  }
}

function startFailed(status: number | null, lines: readonly string[], configPath: string): EnvoyError {
  const words = lines.filter((line) => /\[(?:error|critical|warning)\]|exception|error/i.test(line)).slice(-4);
  const inUse = lines.find((line) => /Address already in use/.test(line));
  if (inUse !== undefined) {
    const address = /(?:listen on|bind(?:ing)? to|address) '?([\d.[\]:a-f]+:\d+)/i.exec(inUse)?.[1];
    return new EnvoyError(
      "ENVOY_PORT_IN_USE",
      `Envoy cannot listen${address ? ` on ${address}` : ""}: the address is in use\n${inUse}`,
      {
        hint: "end the process that listens there, or choose another port",
        detail: { configPath },
      },
    );
  }
  const said = (words.length > 0 ? words : lines.slice(-4)).join("\n");
  return new EnvoyError("ENVOY_START_FAILED", `Envoy ended with ${status} before it was ready\n${said}`, {
    detail: { configPath, status },
  });
}
