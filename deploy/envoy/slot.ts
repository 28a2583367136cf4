import { dirname, join } from "node:path";
import { slotTypes } from "./extension.ts";
import { deploymentFolder, registryClusterName, slotName } from "./names.ts";
import type { Plain } from "./yaml-text.ts";

/** An HTTP filter whose configuration is in a file that Envoy watches. */
export interface Slot {
  readonly name: string;
  /** Absolute. */
  readonly extensionPath: string;
  /** The cluster that belongs to it, if it needs one of its own. */
  readonly clusterName: string;
  /** A comment on the first line. */
  readonly note: string;
}

/** @param extensionFile from the deployment's folder on */
export function slotOf(deployment: string, bootstrapPath: string, extensionFile: string): Slot {
  return {
    name: slotName(deployment),
    extensionPath: join(deploymentFolder(bootstrapPath, deployment), extensionFile),
    clusterName: registryClusterName(deployment),
    note: `until: wasm undeploy envoy ${deployment}`,
  };
}

/** The item of `http_filters`. */
export function slotFilter({ name, extensionPath }: Slot): Plain {
  return {
    name,
    config_discovery: {
      config_source: {
        path_config_source: { path: extensionPath, watched_directory: { path: dirname(extensionPath) } },
      },
      type_urls: slotTypes,
    },
  };
}
