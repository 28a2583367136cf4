import type { ListItem } from "./splice.ts";

/** Type URLs of what a slot may be filled with: a Wasm filter, and one that does nothing, which an undeploy needs. */
export const slotTypes = {
  wasm: "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
  nothing: "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
} as const;

/** Name of the HTTP filter that stands for a deployment. */
export function slotName(deployment: string): string {
  return `wasm-hub.${deployment}`;
}

/**
 * The HTTP filter that a deployment puts into a configuration, once: what it runs comes from a file that Envoy watches
 * (extension config discovery), so that later deploys change only that file. There is no default configuration: without
 * the file a request is refused rather than let through unfiltered.
 *
 * @param folder absolute; holds the file
 */
export function slotItem(deployment: string, extensionPath: string, folder: string): ListItem {
  const name = slotName(deployment);
  const types = Object.values(slotTypes);
  return {
    lines: [
      `- name: ${name}`,
      "  config_discovery:",
      "    config_source:",
      "      path_config_source:",
      `        path: ${JSON.stringify(extensionPath)}`,
      `        watched_directory: { path: ${JSON.stringify(folder)} }`,
      "    type_urls:",
      ...types.map((type) => `      - ${type}`),
    ],
    json: JSON.stringify({
      name,
      config_discovery: {
        config_source: { path_config_source: { path: extensionPath, watched_directory: { path: folder } } },
        type_urls: types,
      },
    }),
  };
}
