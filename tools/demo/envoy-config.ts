import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Writes what somebody who runs Envoy already has: a bootstrap, and a listener in a file of its own, which Envoy watches.
 *
 * @returns the bootstrap's path
 */
export async function writeEnvoyConfig(folder: string, ports: { listener: number; upstream: number }): Promise<string> {
  await mkdir(join(folder, "listeners"), { recursive: true });
  const listeners = join(folder, "listeners", "listeners.yaml");
  await writeFile(listeners, listener(ports.listener));
  const path = join(folder, "envoy.yaml");
  await writeFile(path, bootstrap(listeners, join(folder, "listeners"), ports.upstream));
  return path;
}

const bootstrap = (listeners: string, watched: string, upstreamPort: number): string => `# The gateway's bootstrap.
node:
  id: demo-gateway
  cluster: demo

admin:
  address:
    socket_address: { address: 127.0.0.1, port_value: 0 }

dynamic_resources:
  lds_config:
    path_config_source:
      path: ${JSON.stringify(listeners)}
      watched_directory: { path: ${JSON.stringify(watched)} }

static_resources:
  clusters:
    - name: upstream
      connect_timeout: 1s
      load_assignment:
        cluster_name: upstream
        endpoints:
          - lb_endpoints:
              - endpoint:
                  address:
                    socket_address: { address: 127.0.0.1, port_value: ${upstreamPort} }
`;

const listener = (port: number): string => `resources:
  - "@type": type.googleapis.com/envoy.config.listener.v3.Listener
    name: public
    address:
      socket_address: { address: 127.0.0.1, port_value: ${port} }
    filter_chains:
      - filters:
          - name: envoy.filters.network.http_connection_manager
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
              stat_prefix: public
              route_config:
                virtual_hosts:
                  - name: all
                    domains: ["*"] # every host
                    routes:
                      - match: { prefix: / }
                        route: { cluster: upstream }
              http_filters:
                # what runs on every request, in order
                - name: envoy.filters.http.router
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
`;
