import { randomBytes } from "node:crypto";
import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { isMap } from "yaml";
import { errorCode, errorMessage, pathExists } from "#core";
import { type EnvoyYaml, readEnvoyYaml, SchemaError } from "#envoy/schema";
import { DeployError } from "./errors.ts";
import { deploymentFolder } from "./names.ts";
import { at, text } from "./nodes.ts";
import { type DeploymentRecord, readRecords } from "./record.ts";

/** Everything that a plan looks at, read once. */
export interface Snapshot {
  /** Absolute, symbolic links followed. */
  readonly bootstrapPath: string;
  /** The bootstrap first, then the files of listeners and clusters that it names. */
  readonly configs: readonly ConfigFile[];
  readonly records: readonly DeploymentRecord[];
  /** The one of the deployment that is planned. */
  readonly record: DeploymentRecord | undefined;
  /** What lies in the deployment's folder, by absolute path. */
  readonly own: ReadonlyMap<string, Buffer>;
  /** Where the bootstrap says that the admin interface is; undefined without one, or when the port is chosen at start. */
  readonly adminUrl: URL | undefined;
  /** Names the folder of a new slot, so that no Envoy still watches an older one at the same path. */
  readonly freshName: string;
}

export interface ConfigFile {
  readonly role: "bootstrap" | "listeners" | "clusters";
  readonly path: string;
  readonly yaml: EnvoyYaml;
}

/**
 * Reads a bootstrap, what it leads to, and what was deployed to it.
 *
 * @param bootstrapPath absolute
 * @throws {DeployError} BOOTSTRAP_UNREADABLE, BOOTSTRAP_UNSUPPORTED, DEPLOYMENT_DAMAGED
 */
export async function readSnapshot(bootstrapPath: string, deployment: string): Promise<Snapshot> {
  const bootstrap = await readConfig(bootstrapPath, "bootstrap");
  const configs = [bootstrap];
  for (const [role, name] of [["listeners", "lds_config"] as const, ["clusters", "cds_config"] as const]) {
    const path = sourcePath(bootstrap.yaml, name);
    if (path !== undefined) configs.push(await readConfig(await locate(path, dirname(bootstrap.path)), role));
  }
  const records = await readRecords(bootstrap.path);
  return {
    bootstrapPath: bootstrap.path,
    configs,
    records,
    record: records.find(({ name }) => name === deployment),
    own: deployment === "" ? new Map() : await readFolder(deploymentFolder(bootstrap.path, deployment)),
    adminUrl: adminUrl(bootstrap.yaml),
    freshName: randomBytes(4).toString("hex"),
  };
}

async function readConfig(path: string, role: ConfigFile["role"]): Promise<ConfigFile> {
  if (![".yaml", ".yml"].includes(extname(path))) {
    throw new DeployError("BOOTSTRAP_UNSUPPORTED", `${path} is not named .yaml or .yml`, {
      hint: "only YAML can be changed so that the rest stays as it is: convert the file, and start Envoy with that",
      detail: { path },
    });
  }
  try {
    const real = await realpath(path);
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(real));
    const yaml = readEnvoyYaml(text, real);
    if (!isMap(yaml.document.contents)) throw new Error("it holds no mapping, so it is no configuration of Envoy's");
    return { role, path: real, yaml };
  } catch (cause) {
    const isNotYaml = cause instanceof SchemaError;
    const why = errorCode(cause) === "ENOENT" ? "there is no such file" : errorMessage(cause);
    throw new DeployError("BOOTSTRAP_UNREADABLE", isNotYaml ? cause.message : `cannot read ${path}: ${why}`, {
      cause,
      hint: isNotYaml ? cause.hint : "name the bootstrap that Envoy is started with",
      detail: isNotYaml ? cause.detail : { path },
    });
  }
}

/** The file behind a config source; undefined when a control plane serves it, or nothing does. */
function sourcePath(yaml: EnvoyYaml, name: string): string | undefined {
  const source = at(yaml, yaml.document.contents, "dynamic_resources", name);
  return text(yaml, source, "path_config_source", "path") ?? text(yaml, source, "path");
}

/** Envoy takes a relative path from the folder that it was started in: ours perhaps, or the bootstrap's. */
async function locate(path: string, besideBootstrap: string): Promise<string> {
  const candidates = [resolve(path), resolve(besideBootstrap, path)];
  for (const candidate of candidates) {
    if (await pathExists(candidate)) return candidate;
  }
  throw new DeployError(
    "BOOTSTRAP_UNREADABLE",
    `${path}, which the bootstrap names, is not at ${[...new Set(candidates)].join(" or ")}`,
    {
      hint: isAbsolute(path)
        ? "check the path"
        : "write it as an absolute path, or run this in the folder that Envoy runs in",
      detail: { path },
    },
  );
}

function adminUrl(yaml: EnvoyYaml): URL | undefined {
  const socket = at(yaml, yaml.document.contents, "admin", "address", "socket_address");
  const address = text(yaml, socket, "address");
  const port = Number(text(yaml, socket, "port_value"));
  if (address === undefined || !(port > 0)) return undefined;
  const host = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[address] ?? (address.includes(":") ? `[${address}]` : address);
  return new URL(`http://${host}:${port}`);
}

async function readFolder(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path, await readFile(path));
  }
  return files;
}
