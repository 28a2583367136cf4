import { isIP } from "node:net";
import type { EnvoyYaml } from "#envoy/schema";
import { isMap, isSeq, type Node } from "yaml";
import { DeployError } from "./errors.ts";
import { isDeploymentsOwn } from "./names.ts";
import { at, field, items, text } from "./nodes.ts";
import type { Slot } from "./slot.ts";
import type { ConfigFile } from "./snapshot.ts";
import { type Insertion, itemBefore, linesBefore } from "./splice.ts";
import { listItem, type Plain } from "./yaml-text.ts";

/**
 * A cluster that somebody has for the registry: one of its endpoints is the URL's host and port, with TLS as the URL has it.
 * Those of deployments do not count: each goes when its deployment goes.
 */
export function knownCluster(configs: readonly ConfigFile[], url: string): string | undefined {
  const wanted = endpointOf(url);
  for (const { yaml } of configs) {
    for (const cluster of clusters(yaml)) {
      const name = text(yaml, cluster, "name");
      const isSecure = field(yaml, cluster, "transport_socket") !== undefined;
      if (name === undefined || isDeploymentsOwn(name) || isSecure !== wanted.isSecure) continue;
      // What Envoy fetches is watched in the cluster's statistics, by its name.
      if (field(yaml, cluster, "alt_stat_name")) continue;
      const leadsThere = items(yaml, cluster, "load_assignment", "endpoints")
        .flatMap((locality) => items(yaml, locality, "lb_endpoints"))
        .map((endpoint) => at(yaml, endpoint, "endpoint", "address", "socket_address"))
        .some((socket) => {
          const port = Number(text(yaml, socket, "port_value"));
          return text(yaml, socket, "address") === wanted.host && port === wanted.port;
        });
      if (leadsThere) return name;
    }
  }
  return undefined;
}

export function hasCluster(yaml: EnvoyYaml, name: string): boolean {
  return clusters(yaml).some((cluster) => text(yaml, cluster, "name") === name);
}

function clusters(yaml: EnvoyYaml): readonly Node[] {
  const top = yaml.document.contents;
  const discovered = items(yaml, top, "resources").map((resource) => field(yaml, resource, "resource") ?? resource);
  return [...items(yaml, top, "static_resources", "clusters"), ...discovered];
}

/**
 * Where a cluster for the registry goes: into the file of clusters, which a running Envoy reads again, else into the bootstrap.
 *
 * @throws {DeployError} BOOTSTRAP_UNSUPPORTED when there is no list that it could join, nor a place for one
 */
export function clusterInsertion(
  configs: readonly ConfigFile[],
  { clusterName, note }: Slot,
  url: string,
): { config: ConfigFile; insertion: Insertion } {
  const cluster = registryCluster(clusterName, url);
  const discovered = configs.find(({ role }) => role === "clusters");
  const resources = discovered && at(discovered.yaml, discovered.yaml.document.contents, "resources");
  if (discovered && isSeq(resources) && resources.items.length > 0) {
    const typed = { "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", ...cluster };
    return { config: discovered, insertion: itemBefore(discovered.yaml, resources, 0, typed, note) };
  }
  const [bootstrap] = configs;
  if (!bootstrap) throw new Error("no bootstrap");
  return { config: bootstrap, insertion: staticInsertion(bootstrap, cluster, note) };
}

function staticInsertion({ path, yaml }: ConfigFile, cluster: Plain, note: string): Insertion {
  const top = yaml.document.contents;
  const resources = at(yaml, top, "static_resources");
  const list = at(yaml, resources, "clusters");
  if (isSeq(list)) {
    // A list that another deployment began goes with it.
    const index = items(yaml, list).findIndex((item) => !isDeploymentsOwn(text(yaml, item, "name") ?? ""));
    if (index >= 0) return itemBefore(yaml, list, index, cluster, note);
  }
  const [first = "", ...others] = listItem(cluster).map((line) => `  ${line}`);
  const lines = ["clusters:", `${first} # ${note}`, ...others];
  if (!list && isMap(resources) && resources.srcToken?.type === "block-map") {
    return linesBefore(yaml, resources.range?.[0] ?? 0, lines);
  }
  if (!resources && isMap(top) && top.srcToken?.type === "block-map") {
    return linesBefore(yaml, top.range?.[0] ?? 0, ["static_resources:", ...lines.map((line) => `  ${line}`)]);
  }
  throw new DeployError("BOOTSTRAP_UNSUPPORTED", `${path} has no list of clusters that one could be added to`, {
    hint: "add a cluster for the registry yourself: one that leads to its host and port is used",
    detail: { path },
  });
}

/** The module's digest is checked by Envoy, so the certificate need not be. */
function registryCluster(name: string, url: string): { readonly [key: string]: Plain } {
  const { host, port, isSecure } = endpointOf(url);
  return {
    name,
    type: isIP(host) ? "STATIC" : "STRICT_DNS",
    connect_timeout: "5s",
    load_assignment: {
      cluster_name: name,
      endpoints: [
        { lb_endpoints: [{ endpoint: { address: { socket_address: { address: host, port_value: port } } } }] },
      ],
    },
    ...(isSecure && { transport_socket: tls(host) }),
  };
}

function endpointOf(url: string): { readonly host: string; readonly port: number; readonly isSecure: boolean } {
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === "https:";
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || (isSecure ? 443 : 80), isSecure };
}

function tls(host: string): Plain {
  return {
    name: "envoy.transport_sockets.tls",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
      ...(isIP(host) ? {} : { sni: host }),
    },
  };
}
