import type { EnvoyYaml } from "#envoy/schema";
import type { Node, YAMLSeq } from "yaml";
import { at, field, items, list, text, typeName } from "./nodes.ts";

/** One place for HTTP filters: an HTTP connection manager in a filter chain of a listener. */
export interface ConnectionManager {
  /** The listener's name; its address when it has none. */
  readonly listener: string;
  /** Two managers have the same one when an alias joins them. Absent: none is written. */
  readonly filters: YAMLSeq | undefined;
  /** Of the filters; -1 when there is no router. */
  readonly routerIndex: number;
  /** From 1. */
  readonly line: number;
}

const managerType = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const routerType = "envoy.extensions.filters.http.router.v3.Router";

/** In the order of the file: of static listeners and of an LDS file's resources. */
export function connectionManagers(yaml: EnvoyYaml): readonly ConnectionManager[] {
  return listeners(yaml).flatMap(({ name, node }) =>
    networkFilters(yaml, node)
      .filter((filter) => typeName(yaml, field(yaml, filter, "typed_config")) === managerType)
      .map((filter) => {
        const config = field(yaml, filter, "typed_config") as Node;
        const filters = list(yaml, config, "http_filters");
        return {
          listener: name,
          filters,
          routerIndex: items(yaml, filters).findLastIndex((item) => isRouter(yaml, item)),
          line: yaml.position(config).line,
        };
      }),
  );
}

export function listenerNames(yaml: EnvoyYaml): readonly string[] {
  return listeners(yaml).map(({ name }) => name);
}

export function hasFilter(yaml: EnvoyYaml, manager: ConnectionManager, name: string): boolean {
  return items(yaml, manager.filters).some((filter) => text(yaml, filter, "name") === name);
}

function listeners(yaml: EnvoyYaml): readonly { name: string; node: Node }[] {
  const top = yaml.document.contents;
  const discovered = items(yaml, top, "resources").map((resource) => field(yaml, resource, "resource") ?? resource);
  return [...items(yaml, top, "static_resources", "listeners"), ...discovered].map((node) => ({
    node,
    name: text(yaml, node, "name") ?? addressOf(yaml, node),
  }));
}

function addressOf(yaml: EnvoyYaml, listener: Node): string {
  const socket = at(yaml, listener, "address", "socket_address");
  return `${text(yaml, socket, "address") ?? ""}:${text(yaml, socket, "port_value") ?? ""}`;
}

function networkFilters(yaml: EnvoyYaml, listener: Node): readonly Node[] {
  const last = field(yaml, listener, "default_filter_chain");
  const chains = [...items(yaml, listener, "filter_chains"), ...(last ? [last] : [])];
  return chains.flatMap((chain) => items(yaml, chain, "filters"));
}

/** Without `typed_config`, Envoy goes by the name. */
function isRouter(yaml: EnvoyYaml, filter: Node): boolean {
  const config = field(yaml, filter, "typed_config");
  return config ? typeName(yaml, config) === routerType : text(yaml, filter, "name") === "envoy.filters.http.router";
}
