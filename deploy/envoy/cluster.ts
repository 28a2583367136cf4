import { isSeq } from "yaml";
import { type ConfigFile, field, fieldAt, items, textOf } from "./config-file.ts";
import { DeployError } from "./errors.ts";
import { append, type Insertion, type ListItem } from "./splice.ts";

const clusterType = "type.googleapis.com/envoy.config.cluster.v3.Cluster";

/** The name of a cluster whose endpoint is the host and port of a URL. */
export function findCluster(files: readonly ConfigFile[], url: URL): string | undefined {
  for (const file of files) {
    for (const cluster of clustersOf(file)) {
      const endpoints = items(file, field(file, cluster, "load_assignment"), "endpoints").flatMap((locality) =>
        items(file, locality, "lb_endpoints"),
      );
      const isThere = endpoints.some((endpoint) => {
        const address = field(file, field(file, field(file, endpoint, "endpoint"), "address"), "socket_address");
        return (
          textOf(file, address, "address") === hostOf(url) &&
          Number(textOf(file, address, "port_value")) === portOf(url)
        );
      });
      if (isThere) return textOf(file, cluster, "name");
    }
  }
  return undefined;
}

/**
 * Adds a cluster for the registry to a file: to the bootstrap's static clusters, or to a cluster discovery response.
 *
 * @throws {DeployError} BOOTSTRAP_UNSUPPORTED when there is no list of clusters to add to
 */
export function addCluster(file: ConfigFile, url: URL): { file: ConfigFile; insertion: Insertion; name: string } {
  const isDiscovery = field(file, file.document.contents, "resources") !== undefined;
  const list = isDiscovery
    ? field(file, file.document.contents, "resources")
    : fieldAt(file, "static_resources", "clusters");
  if (!isSeq(list)) {
    throw new DeployError("BOOTSTRAP_UNSUPPORTED", `${file.path} has no list of clusters to add the registry to`, {
      hint: "add static_resources.clusters with a cluster for the registry, or deploy the module as a file",
      detail: { path: file.path },
    });
  }
  const name = `wasm-hub.registry.${hostOf(url)}.${portOf(url)}`;
  return { file, insertion: append(file, list, clusterItem(name, url, isDiscovery)), name };
}

function clustersOf(file: ConfigFile): readonly unknown[] {
  const discovered = items(file, file.document.contents, "resources").filter(
    (resource) => textOf(file, resource, "@type") === clusterType,
  );
  return [...items(file, fieldAt(file, "static_resources"), "clusters"), ...discovered];
}

function clusterItem(name: string, url: URL, isDiscovery: boolean): ListItem {
  const address = { socket_address: { address: hostOf(url), port_value: portOf(url) } };
  const cluster = {
    ...(isDiscovery ? { "@type": clusterType } : {}),
    name,
    type: "STRICT_DNS",
    connect_timeout: "5s",
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...(url.protocol === "https:" ? { transport_socket: tls(hostOf(url)) } : {}),
  };
  const json = JSON.stringify(cluster);
  return { lines: [`- ${json}`], json };
}

function tls(sni: string): unknown {
  const type = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
  return { name: "envoy.transport_sockets.tls", typed_config: { "@type": type, sni } };
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}
