import { isIP } from "node:net";
import { isMap, isSeq } from "yaml";
import { DeployError } from "./errors.ts";
import { at, field, items, text } from "./nodes.ts";
import type { ConfigFile } from "./snapshot.ts";
import { type Insertion, itemBefore, linesBefore } from "./splice.ts";
import { listItem, type Plain } from "./yaml-text.ts";

/** A cluster that somebody has for the registry: one of its endpoints is the URL's host and port, with TLS as the URL has it. */
export function knownCluster(configs: readonly ConfigFile[], url: string): string | undefined {
  const wanted = endpointOf(url);
  for (const { yaml } of configs) {
    const top = yaml.document.contents;
    for (const cluster of [...items(yaml, top, "static_resources", "clusters"), ...items(yaml, top, "resources")]) {
      const isSecure = field(yaml, cluster, "transport_socket") !== undefined;
      const leadsThere = items(yaml, cluster, "load_assignment", "endpoints")
        .flatMap((locality) => items(yaml, locality, "lb_endpoints"))
        .map((endpoint) => at(yaml, endpoint, "endpoint", "address", "socket_address"))
        .some((socket) => {
          const port = Number(text(yaml, socket, "port_value"));
          return text(yaml, socket, "address") === wanted.host && port === wanted.port;
        });
      if (leadsThere && isSecure === wanted.isSecure) return text(yaml, cluster, "name");
    }
  }
  return undefined;
}

/**
 * Where a cluster for the registry goes: into the file of clusters, which a running Envoy reads again, else into the bootstrap.
 *
 * @throws {DeployError} BOOTSTRAP_UNSUPPORTED when there is no list that it could join, nor a place for one
 */
export function clusterInsertion(
  configs: readonly ConfigFile[],
  name: string,
  url: string,
  note: string,
): { config: ConfigFile; insertion: Insertion } {
  const discovered = configs.find(({ role }) => role === "clusters");
  const resources = discovered && at(discovered.yaml, discovered.yaml.document.contents, "resources");
  if (discovered && isSeq(resources) && resources.items.length > 0) {
    const typed = { "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", ...registryCluster(name, url) };
    return { config: discovered, insertion: itemBefore(discovered.yaml, resources, 0, typed, note) };
  }
  const [config] = configs;
  if (!config) throw new Error("no bootstrap");
  return { config, insertion: staticInsertion(config, registryCluster(name, url), note) };
}

function staticInsertion(config: ConfigFile, cluster: Plain, note: string): Insertion {
  const { yaml } = config;
  const top = yaml.document.contents;
  const resources = at(yaml, top, "static_resources");
  const clusters = at(yaml, resources, "clusters");
  if (isSeq(clusters) && clusters.items.length > 0) return itemBefore(yaml, clusters, 0, cluster, note);

  const [first = "", ...others] = listItem(cluster).map((line) => `  ${line}`);
  const lines = ["clusters:", `${first} # ${note}`, ...others];
  if (!clusters && isMap(resources) && resources.srcToken?.type === "block-map") {
    return linesBefore(yaml, resources.range?.[0] ?? 0, lines);
  }
  if (!resources && isMap(top) && top.srcToken?.type === "block-map") {
    return linesBefore(yaml, top.range?.[0] ?? 0, ["static_resources:", ...lines.map((line) => `  ${line}`)]);
  }
  throw new DeployError("BOOTSTRAP_UNSUPPORTED", `${config.path} has no list of clusters that one could be added to`, {
    hint: "add a cluster for the registry yourself: one that leads to its host and port is used",
    detail: { path: config.path },
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
