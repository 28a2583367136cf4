import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface ConfigOptions {
  /** Port of each listener, by its name. */
  readonly listeners: Readonly<Record<string, number>>;
  readonly upstreamPort: number;
  /** In a file that Envoy watches, or in the bootstrap itself. */
  readonly listenersIn: "file" | "bootstrap";
  readonly clustersIn: "file" | "bootstrap";
}

/**
 * Writes the configuration that an Envoy already has before anything is deployed: `envoy.yaml`, and beside it
 * `watched/listeners.yaml` and `watched/clusters.yaml`.
 *
 * @returns the bootstrap's path
 */
export async function writeConfigs(folder: string, options: ConfigOptions): Promise<string> {
  const { listenersIn, clustersIn, upstreamPort } = options;
  const watched = join(folder, "watched");
  await mkdir(watched);
  const listeners = Object.entries(options.listeners).map(([name, port]) => listener(name, port));
  const clusters = [cluster("upstream", upstreamPort)];
  const source = (file: string): string =>
    `{ path_config_source: { path: ${join(watched, file)}, watched_directory: { path: ${watched} } } }`;
  const lines = [
    "# kept by hand",
    "node: { id: stage, cluster: stage }",
    "admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }",
  ];
  const dynamic: string[] = [];
  const fixed: string[] = [];
  if (listenersIn === "file") {
    await writeFile(join(watched, "listeners.yaml"), resources("listener.v3.Listener", listeners));
    dynamic.push(`  lds_config: ${source("listeners.yaml")}`);
  } else fixed.push("  listeners:", ...listeners);
  if (clustersIn === "file") {
    await writeFile(join(watched, "clusters.yaml"), resources("cluster.v3.Cluster", clusters));
    dynamic.push(`  cds_config: ${source("clusters.yaml")}`);
  } else fixed.push("  clusters:", ...clusters);
  if (dynamic.length > 0) lines.push("dynamic_resources:", ...dynamic);
  if (fixed.length > 0) lines.push("static_resources:", ...fixed);
  const bootstrap = join(folder, "envoy.yaml");
  await writeFile(bootstrap, `${lines.join("\n")}\n`);
  return bootstrap;
}

function resources(type: string, items: readonly string[]): string {
  const typed = items.map((item) => item.replace(/- /, `- "@type": type.googleapis.com/envoy.config.${type}\n      `));
  return `resources:\n${typed.join("\n")}\n`;
}

const listener = (name: string, port: number): string => `    - name: ${name}
      address: { socket_address: { address: 127.0.0.1, port_value: ${port} } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: ${name}
                route_config:
                  virtual_hosts:
                    - { name: all, domains: ["*"], routes: [{ match: { prefix: / }, route: { cluster: upstream } }] }
                http_filters:
                  - name: envoy.filters.http.router # the last one
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }`;

const cluster = (name: string, port: number): string => `    - name: ${name}
      connect_timeout: 1s
      load_assignment:
        cluster_name: ${name}
        endpoints:
          - lb_endpoints:
              - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } }`;
