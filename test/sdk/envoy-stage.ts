import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { startEnvoy as startRealEnvoy } from "#envoy";
import { freePort } from "../../tools/demo/free-port.ts";
import { bootstrap, listenerResource, type StageCluster, type StageListener } from "./stage-config.ts";

export type { StageListener } from "./stage-config.ts";

export interface Stage {
  port(listener: string): number;
  /** All that Envoy has logged so far. */
  log(): string;
  /** Resolves with the first line of the log that holds `text`, once there is one; rejects after 20 seconds. */
  logged(text: string): Promise<string>;
  /** A counter, a gauge, or a histogram's number of values; `undefined` when Envoy knows none of that name. */
  statistic(name: string): Promise<number | undefined>;
  /** What Envoy logs of filters from now on; all by default. */
  setLogLevel(level: "trace" | "warning"): Promise<void>;
  /** Puts `listeners` in place of those that are there; those unchanged stay. */
  replaceListeners(listeners: readonly StageListener[]): Promise<void>;
  /** Offers `listeners` and resolves with what Envoy said when it refused them. */
  refuseListeners(listeners: readonly StageListener[]): Promise<string>;
  /** Ends Envoy as an operator would, and resolves with its exit status and its whole log. */
  stop(): Promise<{ status: number | null; log: string }>;
}

export interface StageOptions {
  /** That filters can call, beside the upstream. */
  readonly clusters?: readonly StageCluster[];
  /** Workers. Default 1. */
  readonly concurrency?: number;
}

/** Until what must come has come: a busy machine takes its time with many listeners. */
const patienceMs = 20_000;

/** A real Envoy in front of an upstream, both on loopback. */
export async function startEnvoy(
  envoy: string,
  upstreamPort: number,
  listeners: readonly StageListener[],
  { clusters = [], concurrency = 1 }: StageOptions = {},
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "wasm-hub-sdk-"));
  // A port of its own for each: Envoy lets listeners that are added later share a socket whose port was given as 0.
  const ports = new Map<string, number>();
  let version = 0;
  const writeListeners = async (wanted: readonly StageListener[]): Promise<void> => {
    const resources = [];
    for (const listener of wanted) {
      const module = join(folder, `${listener.name}.wasm`);
      await writeFile(module, listener.wasm);
      const port = ports.get(listener.name) ?? (await freePort());
      ports.set(listener.name, port);
      resources.push(listenerResource(listener, port, module));
    }
    await writeFile(join(folder, "lds.new"), JSON.stringify({ version_info: String(++version), resources }));
    await rename(join(folder, "lds.new"), join(folder, "lds.json"));
  };
  await writeListeners(listeners);
  await writeFile(
    join(folder, "envoy.json"),
    JSON.stringify(bootstrap(folder, [{ name: "upstream", port: upstreamPort }, ...clusters])),
  );

  let log = "";
  const running = await startRealEnvoy({
    path: envoy,
    configPath: join(folder, "envoy.json"),
    concurrency,
    componentLogLevel: "wasm:trace",
    extraArguments: ["--drain-time-s", "1"],
    onLog: (text) => (log += text),
  });
  const { admin } = running;
  const stop = async (): Promise<{ status: number | null; log: string }> => {
    const { status } = await running.stop();
    await rm(folder, { recursive: true, force: true });
    return { status, log };
  };
  let isOver = false;
  void running.exited.then(() => (isOver = true));
  const until = async <T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
    for (const end = Date.now() + patienceMs; Date.now() < end; await pause(20)) {
      const found = await look();
      if (found !== undefined) return found;
      if (isOver) throw new Error("Envoy has ended");
    }
    throw new Error(`not seen within ${patienceMs / 1000} seconds`);
  };
  const listening = async (wanted: readonly StageListener[]): Promise<void> => {
    const names = wanted.map(({ name }) => name).toSorted();
    const active = async (): Promise<string[]> => (await admin.listeners()).map(({ name }) => name).toSorted();
    await until(async () => isDeepStrictEqual(await active(), names) || undefined);
  };
  try {
    await listening(listeners);
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}; Envoy's log:\n${log.slice(-4000)}`, { cause: error });
  }
  return {
    port: (name) => ports.get(name) ?? 0,
    log: () => log,
    logged: (text) => {
      const line = (): string | undefined =>
        log
          .split("\n")
          .slice(0, -1)
          .find((one) => one.includes(text));
      return until(line);
    },
    statistic: (name) => statistic(admin.url, name),
    setLogLevel: (level) => admin.setLogLevel(level, "wasm"),
    replaceListeners: async (wanted) => {
      await writeListeners(wanted);
      await listening(wanted);
    },
    refuseListeners: async (offered) => {
      const before = log.length;
      await writeListeners(offered);
      return until(() => /Filesystem config update rejected: (.*)/.exec(log.slice(before))?.[1]);
    },
    stop,
  };
}

async function statistic(adminUrl: string, name: string): Promise<number | undefined> {
  const answer = await fetch(`${adminUrl}/stats/prometheus`);
  const metric = name.replaceAll(/[^a-z0-9_]/gi, "_");
  const line = new RegExp(`^(?:envoy_)?${metric}(?:_count)?\\{[^}]*\\} (\\d+)$`, "m").exec(await answer.text());
  return line === null ? undefined : Number(line[1]);
}
