import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { errorMessage } from "#core";
import { EnvoyAdmin } from "./admin.ts";
import { EnvoyError } from "./errors.ts";
import { describeLog } from "./log.ts";

export interface StartEnvoyOptions {
  /** The Envoy program. */
  readonly path: string;
  /** Its bootstrap, which must have an `admin` section; port 0 will do. */
  readonly configPath: string;
  /** The folder that relative paths in the configuration start from. */
  readonly workingDirectory?: string | undefined;
  /** Worker threads. Default: one for each core. */
  readonly concurrency?: number;
  /** Envoy's `--log-level`. Default `info`. */
  readonly logLevel?: string;
  /** Envoy's `--component-log-level`, such as `wasm:debug`. */
  readonly componentLogLevel?: string;
  readonly extraArguments?: readonly string[];
  /** Milliseconds until `/ready` must say yes. Default 20 000. */
  readonly readyTimeoutMs?: number;
  /** Told what Envoy writes, as it comes. */
  readonly onLog?: (text: string) => void;
  /** Stops the start; an Envoy that is ready is stopped by {@link RunningEnvoy.stop}. */
  readonly signal?: AbortSignal | undefined;
}

export interface EnvoyExit {
  /** The exit status; null when a signal ended it. */
  readonly status: number | null;
  readonly log: string;
}

export interface RunningEnvoy extends AsyncDisposable {
  readonly pid: number;
  readonly admin: EnvoyAdmin;
  /** What Envoy wrote last, at most a mebibyte. */
  log(): string;
  /**
   * Resolves once the log holds `text`; rejects with the log when Envoy ends before.
   *
   * @param timeoutMs default 5 000
   */
  logged(text: string, timeoutMs?: number): Promise<void>;
  /** Resolves when Envoy ends, whoever ends it. */
  readonly exited: Promise<EnvoyExit>;
  /** Ends Envoy as an operator would (SIGTERM), after ten seconds by force. May be called again. */
  stop(): Promise<EnvoyExit>;
}

/**
 * Starts Envoy, and resolves when it is ready.
 *
 * @throws {EnvoyError} ENVOY_PORT_IN_USE, ENVOY_START_FAILED with what Envoy said; nothing is left running then
 */
export async function startEnvoy(options: StartEnvoyOptions): Promise<RunningEnvoy> {
  options.signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), "wasm-hub-envoy-"));
  const adminFile = join(folder, "admin");
  const child = await launch(options, adminFile).catch(async (cause: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw startFailure(null, errorMessage(cause), options, cause);
  });
  const watched = watch(child, folder, options.onLog);
  try {
    const admin = await whenReady(child, adminFile, options);
    options.signal?.throwIfAborted();
    return { ...watched, pid: child.pid ?? 0, admin, [Symbol.asyncDispose]: async () => void (await watched.stop()) };
  } catch (cause) {
    const { status, log } = await watched.stop();
    options.signal?.throwIfAborted();
    throw startFailure(status, log, options, cause);
  }
}

/** What cannot be run is an event of the child for some reasons, and thrown for others. */
async function launch(options: StartEnvoyOptions, adminFile: string): Promise<ChildProcess> {
  return spawn(options.path, commandLine(options, adminFile), {
    stdio: ["ignore", "ignore", "pipe"],
    ...(options.workingDirectory === undefined ? {} : { cwd: options.workingDirectory }),
  });
}

function commandLine(options: StartEnvoyOptions, adminFile: string): string[] {
  const words = ["--config-path", options.configPath, "--admin-address-path", adminFile, "--disable-hot-restart"];
  words.push("--log-level", options.logLevel ?? "info");
  if (options.componentLogLevel !== undefined) words.push("--component-log-level", options.componentLogLevel);
  if (options.concurrency !== undefined) words.push("--concurrency", String(options.concurrency));
  return [...words, ...(options.extraArguments ?? [])];
}

const keptLogCharacters = 1024 * 1024;
const killAfterMs = 10_000;

function watch(
  child: ChildProcess,
  folder: string,
  onLog: (text: string) => void = () => undefined,
): Pick<RunningEnvoy, "log" | "logged" | "exited" | "stop"> {
  let log = "";
  const listen = (text: string): void => {
    log = (log + text).slice(-keptLogCharacters);
    onLog(text);
  };
  child.stderr?.setEncoding("utf8").on("data", listen);
  child.on("error", (error) => listen(`${error.message}\n`));

  const exited = new Promise<EnvoyExit>((resolve) => {
    child.once("close", (status: number | null) => {
      void rm(folder, { recursive: true, force: true }).then(() => resolve({ status, log }));
    });
  });
  const stop = async (): Promise<EnvoyExit> => {
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    const exit = await exited;
    clearTimeout(force);
    return exit;
  };
  const logged = async (text: string, timeoutMs = 5_000): Promise<void> => {
    for (const end = Date.now() + timeoutMs; !log.includes(text); await pause(20)) {
      if (Date.now() > end || hasEnded(child))
        throw new Error(`Envoy has not logged ${JSON.stringify(text)}; its log:\n${log.slice(-4000)}`);
    }
  };
  return { log: () => log, logged, exited, stop };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** The admin interface's address is in `adminFile` once Envoy listens there. */
async function whenReady(child: ChildProcess, adminFile: string, options: StartEnvoyOptions): Promise<EnvoyAdmin> {
  const { readyTimeoutMs = 20_000, signal } = options;
  let admin: EnvoyAdmin | undefined;
  for (
    const end = Date.now() + readyTimeoutMs;
    Date.now() < end;
    await pause(20, undefined, signal ? { signal } : {})
  ) {
    if (hasEnded(child)) throw new Error("it ended");
    const address = admin ? "" : (await readFile(adminFile, "utf8").catch(() => "")).trim();
    if (address !== "") admin = new EnvoyAdmin(address);
    if (await admin?.isReady(signal)) return admin as EnvoyAdmin;
  }
  throw new Error(`it was not ready after ${readyTimeoutMs / 1000} seconds`);
}

function startFailure(status: number | null, log: string, options: StartEnvoyOptions, cause: unknown): EnvoyError {
  const words = describeLog(log);
  const detail = { path: options.path, config: options.configPath, status, words };
  const address = /cannot bind '([^']+)': Address already in use/.exec(log)?.[1];
  if (address !== undefined) {
    return new EnvoyError("ENVOY_PORT_IN_USE", `Envoy cannot listen on ${address}: another program does`, {
      cause,
      hint: `end that program, or change the port in ${options.configPath}`,
      detail: { ...detail, address },
    });
  }
  return new EnvoyError("ENVOY_START_FAILED", `Envoy did not start, ${errorMessage(cause)}:\n${words}`, {
    cause,
    hint: `check ${options.configPath} with: envoy --mode validate -c ${options.configPath}`,
    detail,
  });
}
