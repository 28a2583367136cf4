import { join } from "node:path";

/** A listener with one Wasm filter: of HTTP, before the router; of TCP, before the proxy. */
export interface StageListener {
  readonly name: string;
  readonly wasm: Uint8Array;
  readonly rootId: string;
  /** HTTP by default. */
  readonly kind?: "http" | "tcp";
  /** The cluster that it leads to; "upstream" by default. */
  readonly cluster?: string;
  readonly configuration?: string;
  readonly vmConfiguration?: string;
  /** Listeners with the same code and the same id share a VM. The listener's name by default. */
  readonly vmId?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly failPolicy?: "FAIL_CLOSED" | "FAIL_OPEN";
  /** Host calls and callbacks that are allowed; all by default. */
  readonly capabilities?: readonly string[];
}

/** A server on loopback, under the name that filters call it by. */
export interface StageCluster {
  readonly name: string;
  readonly port: number;
  readonly isHttp2?: boolean;
}

export function bootstrap(folder: string, clusters: readonly StageCluster[]): object {
  return {
    node: { id: "stage", cluster: "stage" },
    admin: { address: loopback(0) },
    stats_flush_interval: "0.1s",
    dynamic_resources: {
      lds_config: { path_config_source: { path: join(folder, "lds.json"), watched_directory: { path: folder } } },
    },
    static_resources: {
      clusters: clusters.map((cluster) => clusterResource(cluster)),
    },
  };
}

function clusterResource({ name, port, isHttp2 }: StageCluster): object {
  const protocol = isHttp2 ? { http2_protocol_options: {} } : { http_protocol_options: { enable_trailers: true } };
  return {
    name,
    connect_timeout: "1s",
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        { explicit_http_config: protocol },
      ),
    },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: loopback(port) } }] }],
    },
  };
}

export function listenerResource(listener: StageListener, port: number, module: string): object {
  const filters = listener.kind === "tcp" ? tcpFilters(listener, module) : [connectionManager(listener, module)];
  return typed("envoy.config.listener.v3.Listener", {
    name: listener.name,
    address: loopback(port),
    filter_chains: [{ filters }],
  });
}

function connectionManager(listener: StageListener, module: string): object {
  const { name, cluster = "upstream" } = listener;
  const routes = [
    { name: "direct", match: { prefix: "/direct" }, direct_response: { status: 204 } },
    { name: "proxied", match: { prefix: "/" }, route: { cluster } },
  ];
  const router = typed("envoy.extensions.filters.http.router.v3.Router");
  return {
    name: "envoy.filters.network.http_connection_manager",
    typed_config: typed("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
      stat_prefix: name,
      http_protocol_options: { enable_trailers: true },
      route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
      http_filters: [
        {
          name: "filter",
          typed_config: typed("envoy.extensions.filters.http.wasm.v3.Wasm", { config: pluginConfig(listener, module) }),
        },
        { name: "envoy.filters.http.router", typed_config: router },
      ],
    }),
  };
}

function tcpFilters(listener: StageListener, module: string): object[] {
  const { name, cluster = "upstream" } = listener;
  const wasm = { config: pluginConfig(listener, module) };
  return [
    { name: "filter", typed_config: typed("envoy.extensions.filters.network.wasm.v3.Wasm", wasm) },
    {
      name: "envoy.filters.network.tcp_proxy",
      typed_config: typed("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", { stat_prefix: name, cluster }),
    },
  ];
}

function pluginConfig(listener: StageListener, module: string): object {
  const { name, rootId, configuration, vmConfiguration, vmId = name, environment, failPolicy, capabilities } = listener;
  const allowed = capabilities && Object.fromEntries(capabilities.map((capability) => [capability, {}]));
  return {
    name,
    root_id: rootId,
    ...(configuration !== undefined && { configuration: stringValue(configuration) }),
    ...(failPolicy && { failure_policy: failPolicy }),
    ...(allowed && { capability_restriction_config: { allowed_capabilities: allowed } }),
    vm_config: {
      vm_id: vmId,
      runtime: "envoy.wasm.runtime.v8",
      code: { local: { filename: module } },
      ...(environment && { environment_variables: { key_values: environment } }),
      ...(vmConfiguration !== undefined && { configuration: stringValue(vmConfiguration) }),
    },
  };
}

const typed = (type: string, fields: object = {}): object => ({ "@type": `type.googleapis.com/${type}`, ...fields });

const loopback = (port: number): object => ({ socket_address: { address: "127.0.0.1", port_value: port } });

const stringValue = (value: string): object => typed("google.protobuf.StringValue", { value });
