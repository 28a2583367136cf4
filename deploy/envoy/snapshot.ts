import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve as resolvePath } from "node:path";
import { errorCode, pathExists } from "#core";
import { type ConfigFile, field, fieldAt, readConfigFile, textOf } from "./config-file.ts";
import { type DeploymentPaths, deploymentPaths, type DeploymentRecord, readRecord } from "./record.ts";

/** Everything that a plan looks at, read once. */
export interface Snapshot {
  readonly bootstrap: ConfigFile;
  /** Files with listeners: those that Envoy watches, and the bootstrap itself. */
  readonly listenerFiles: readonly ConfigFile[];
  /** The file with clusters that Envoy watches, if there is one. */
  readonly clusterFile: ConfigFile | undefined;
  readonly paths: DeploymentPaths;
  readonly record: DeploymentRecord | undefined;
  /** Bytes of the files in the deployment's own folder, by path. */
  readonly own: ReadonlyMap<string, Buffer>;
  /** Where the bootstrap says that the admin interface is; undefined without one, or when the port is chosen at start. */
  readonly adminUrl: URL | undefined;
}

/**
 * Reads a bootstrap and what it leads to.
 *
 * @param bootstrapPath absolute
 * @throws {DeployError} BOOTSTRAP_UNREADABLE, DEPLOYMENT_DAMAGED
 */
export async function readSnapshot(bootstrapPath: string, deployment: string): Promise<Snapshot> {
  const bootstrap = await readConfigFile(bootstrapPath);
  const listeners = await followFile(bootstrap, "lds_config");
  const clusterFile = await followFile(bootstrap, "cds_config");
  const paths = deploymentPaths(bootstrapPath, deployment);
  return {
    bootstrap,
    listenerFiles: listeners ? [listeners, bootstrap] : [bootstrap],
    clusterFile,
    paths,
    record: await readRecord(bootstrapPath, deployment),
    own: await readFolder(paths.folder),
    adminUrl: findAdmin(bootstrap),
  };
}

/** A watched file of `dynamic_resources`. Envoy takes a relative path from the folder that it was started in. */
async function followFile(bootstrap: ConfigFile, name: "lds_config" | "cds_config"): Promise<ConfigFile | undefined> {
  const source = fieldAt(bootstrap, "dynamic_resources", name);
  const path =
    textOf(bootstrap, field(bootstrap, source, "path_config_source"), "path") ?? textOf(bootstrap, source, "path");
  if (path === undefined) return undefined;
  const candidates = [resolvePath(path), resolvePath(dirname(bootstrap.path), path)];
  const found = (await pathExists(candidates[0] ?? "")) ? candidates[0] : candidates[1];
  return readConfigFile(found ?? path);
}

function findAdmin(bootstrap: ConfigFile): URL | undefined {
  const address = field(bootstrap, fieldAt(bootstrap, "admin", "address"), "socket_address");
  const host = textOf(bootstrap, address, "address");
  const port = Number(textOf(bootstrap, address, "port_value") ?? 0);
  if (host === undefined || port === 0) return undefined;
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return new URL(`http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`);
}

async function readFolder(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  });
  const own = new Map<string, Buffer>();
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isFile()) own.set(path, await readFile(path));
  }
  return own;
}
