import { isSeq, type YAMLSeq } from "yaml";
import { type ConfigFile, field, items, textOf } from "./config-file.ts";
import { DeployError } from "./errors.ts";

/** The HTTP filters of one HTTP connection manager, and the router among them. */
export interface HttpFilters {
  readonly file: ConfigFile;
  /** Empty when the listener has no name. */
  readonly listener: string;
  readonly list: YAMLSeq;
  readonly routerIndex: number;
  readonly names: readonly string[];
}

const listenerType = "envoy.config.listener.v3.Listener";
const managerType = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const routerType = "envoy.extensions.filters.http.router.v3.Router";

/** Finds every HTTP connection manager of a file: of a bootstrap's static listeners, or of a listener discovery response. */
export function findHttpFilters(file: ConfigFile): readonly HttpFilters[] {
  const listeners = [
    ...items(file, field(file, file.document.contents, "static_resources"), "listeners"),
    ...items(file, file.document.contents, "resources").filter((resource) => hasType(file, resource, listenerType)),
  ];
  return listeners.flatMap((listener) => {
    const chains = [...items(file, listener, "filter_chains"), field(file, listener, "default_filter_chain")];
    const managers = chains
      .flatMap((chain) => items(file, chain, "filters"))
      .map((filter) => field(file, filter, "typed_config"))
      .filter((config) => hasType(file, config, managerType));
    return managers.map((manager) => readFilters(file, textOf(file, listener, "name") ?? "", manager));
  });
}

function readFilters(file: ConfigFile, listener: string, manager: unknown): HttpFilters {
  const list = field(file, manager, "http_filters");
  const where = `${file.path}${listener === "" ? "" : `, listener ${listener}`}`;
  const filters = items(file, manager, "http_filters");
  const routerIndex = filters.findIndex((filter) => hasType(file, field(file, filter, "typed_config"), routerType));
  if (!isSeq(list) || routerIndex < 0) {
    throw new DeployError("ROUTER_MISSING", `${where}: an HTTP connection manager has no router filter`, {
      hint: "end its http_filters with envoy.filters.http.router",
      detail: { path: file.path, listener },
    });
  }
  return { file, listener, list, routerIndex, names: filters.map((filter) => textOf(file, filter, "name") ?? "") };
}

function hasType(file: ConfigFile, config: unknown, type: string): boolean {
  return textOf(file, config, "@type")?.endsWith(`/${type}`) ?? false;
}
