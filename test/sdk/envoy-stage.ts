import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

/** A listener with one Wasm filter before the router. */
export interface StageListener {
  readonly name: string;
  readonly wasm: Uint8Array;
  readonly rootId: string;
  readonly configuration?: string;
  readonly vmConfiguration?: string;
  /** Listeners with the same code and the same id share a VM. The listener's name by default. */
  readonly vmId?: string;
  readonly failPolicy?: "FAIL_CLOSED" | "FAIL_OPEN";
  /** Host calls and callbacks that are allowed; all by default. */
  readonly capabilities?: readonly string[];
}

export interface Stage {
  port(listener: string): number;
  /** All that Envoy has logged so far. */
  log(): string;
  /** Resolves with the first line of the log that holds `text`, once there is one; rejects after five seconds. */
  logged(text: string): Promise<string>;
  /** Puts `listeners` in place of those that are there; those unchanged stay. */
  replaceListeners(listeners: readonly StageListener[]): Promise<void>;
  /** Offers `listeners` and resolves with what Envoy said when it refused them. */
  refuseListeners(listeners: readonly StageListener[]): Promise<string>;
  /** Ends Envoy as an operator would, and resolves with its exit status and its whole log. */
  stop(): Promise<{ status: number | null; log: string }>;
}

/** A real Envoy in front of an upstream, both on loopback. */
export async function startEnvoy(
  envoy: string,
  upstreamPort: number,
  listeners: readonly StageListener[],
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "wasm-hub-sdk-"));
  const adminFile = join(folder, "admin");
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
  await writeFile(join(folder, "envoy.json"), JSON.stringify(bootstrap(folder, upstreamPort)));

  const child = spawn(
    envoy,
    ["-c", join(folder, "envoy.json"), "--admin-address-path", adminFile, "--concurrency", "1"].concat([
      "--disable-hot-restart",
      "--component-log-level",
      "wasm:trace",
      "--drain-time-s",
      "1",
    ]),
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const closed = once(child, "close");
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));

  const stop = async (): Promise<{ status: number | null; log: string }> => {
    if (child.exitCode === null) child.kill("SIGTERM");
    await closed;
    await rm(folder, { recursive: true, force: true });
    return { status: child.exitCode, log };
  };
  try {
    const listening = async (wanted: readonly StageListener[]): Promise<void> => {
      const admin = await until(child, () => readFile(adminFile, "utf8").catch(() => undefined));
      const names = wanted.map(({ name }) => name).toSorted();
      await until(child, async () => isDeepStrictEqual(await activeListeners(admin), names) || undefined);
    };
    await listening(listeners);
    return {
      port: (name) => ports.get(name) ?? 0,
      log: () => log,
      logged: (text) =>
        until(child, async () =>
          log
            .split("\n")
            .slice(0, -1)
            .find((line) => line.includes(text)),
        ),
      replaceListeners: async (wanted) => {
        await writeListeners(wanted);
        await listening(wanted);
      },
      refuseListeners: async (offered) => {
        const before = log.length;
        await writeListeners(offered);
        const refusal = /Filesystem config update rejected: (.*)/;
        return until(child, async () => refusal.exec(log.slice(before))?.[1]);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}; Envoy's log:\n${log.slice(-4000)}`, { cause: error });
  }
}

/** Names, sorted. */
async function activeListeners(admin: string): Promise<string[]> {
  const answer = await fetch(`http://${admin}/listeners?format=json`);
  const { listener_statuses: statuses = [] } = (await answer.json()) as { listener_statuses?: { name: string }[] };
  return statuses.map(({ name }) => name).toSorted();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function until<T>(child: ChildProcess, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 5000; Date.now() < end; await pause(20)) {
    const found = await look();
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error(`Envoy exited with ${child.exitCode}`);
  }
  throw new Error("not seen within five seconds");
}

function bootstrap(folder: string, upstreamPort: number): object {
  return {
    node: { id: "stage", cluster: "stage" },
    admin: { address: loopback(0) },
    dynamic_resources: {
      lds_config: { path_config_source: { path: join(folder, "lds.json"), watched_directory: { path: folder } } },
    },
    static_resources: {
      clusters: [
        {
          name: "upstream",
          connect_timeout: "1s",
          typed_extension_protocol_options: {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
              "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
              explicit_http_config: { http_protocol_options: { enable_trailers: true } },
            },
          },
          load_assignment: {
            cluster_name: "upstream",
            endpoints: [{ lb_endpoints: [{ endpoint: { address: loopback(upstreamPort) } }] }],
          },
        },
      ],
    },
  };
}

function listenerResource(listener: StageListener, port: number, module: string): object {
  const { name, rootId, configuration, vmConfiguration, vmId = name, failPolicy, capabilities } = listener;
  const allowed = capabilities && Object.fromEntries(capabilities.map((capability) => [capability, {}]));
  return {
    "@type": "type.googleapis.com/envoy.config.listener.v3.Listener",
    name,
    address: loopback(port),
    filter_chains: [
      {
        filters: [
          {
            name: "envoy.filters.network.http_connection_manager",
            typed_config: {
              "@type":
                "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
              stat_prefix: name,
              http_protocol_options: { enable_trailers: true },
              route_config: {
                virtual_hosts: [
                  { name: "all", domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: "upstream" } }] },
                ],
              },
              http_filters: [
                {
                  name: "filter",
                  typed_config: {
                    "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
                    config: {
                      name,
                      root_id: rootId,
                      ...(configuration !== undefined && { configuration: stringValue(configuration) }),
                      ...(failPolicy && { failure_policy: failPolicy }),
                      ...(allowed && { capability_restriction_config: { allowed_capabilities: allowed } }),
                      vm_config: {
                        vm_id: vmId,
                        runtime: "envoy.wasm.runtime.v8",
                        code: { local: { filename: module } },
                        ...(vmConfiguration !== undefined && { configuration: stringValue(vmConfiguration) }),
                      },
                    },
                  },
                },
                {
                  name: "envoy.filters.http.router",
                  typed_config: {
                    "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
                  },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

const loopback = (port: number): object => ({ socket_address: { address: "127.0.0.1", port_value: port } });

const stringValue = (value: string): object => ({
  "@type": "type.googleapis.com/google.protobuf.StringValue",
  value,
});
