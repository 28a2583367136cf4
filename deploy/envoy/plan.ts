import { basename, dirname, join } from "node:path";
import { checkEnvoyYaml, readEnvoyYaml } from "#envoy/schema";
import { digestHex, digestOf, type Digest } from "#oci";
import { type ConnectionManager, connectionManagers } from "./connection-managers.ts";
import { DeployError } from "./errors.ts";
import { extensionText, extensionVersion, type FilterSettings, wasmFilter } from "./extension.ts";
import { knownCluster } from "./clusters.ts";
import { checkDeploymentName, deploymentFolder, recordPath } from "./names.ts";
import { place, type Slot, slotAt } from "./placement.ts";
import { type DeploymentRecord, formatRecord } from "./record.ts";
import type { ConfigFile, Snapshot } from "./snapshot.ts";

/** What to deploy. Tags are resolved and the configuration is checked before. */
export interface DeployRequest {
  /** Name of the deployment: a new one is made, or the one of that name is changed. */
  readonly deployment: string;
  readonly reference: string;
  /** Of the image. */
  readonly digest: Digest;
  readonly module: Uint8Array;
  readonly rootId: string;
  readonly configuration: string | undefined;
  /** Host calls and callbacks that the module may use. */
  readonly capabilities: readonly string[];
  readonly failOpen: boolean;
  /** Names of listeners; empty: those that it is in already, or all. */
  readonly listeners: readonly string[];
  /** Where Envoy can fetch the module itself; undefined: a file beside the bootstrap. */
  readonly remoteUrl: URL | undefined;
}

/** One file before and after; undefined where it does not exist. */
export interface FileChange {
  readonly role: "module" | "record" | "extension" | ConfigFile["role"];
  /** Absolute. */
  readonly path: string;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
  /** Whether a person reads it: shown in a diff. */
  readonly isText: boolean;
}

export interface DeployPlan {
  readonly deployment: string;
  readonly snapshot: Snapshot;
  /** In the order in which they are written: what is pointed at comes first. */
  readonly changes: readonly FileChange[];
  /** Names of the listeners that it is in. */
  readonly listeners: readonly string[];
  /** Modules of earlier versions, which nothing points at when this one runs. */
  readonly obsolete: readonly FileChange[];
  readonly slot: Slot;
  readonly settings: FilterSettings;
  /** Of what fills the slot, as Envoy reports it. */
  readonly version: string;
  /** For a trial, before anything is written. */
  readonly module: Uint8Array;
}

/**
 * Works out what a deploy changes. Pure: reads nothing and writes nothing.
 *
 * @throws {DeployError} when it cannot be done; {SchemaError} ENVOY_CONFIG_INVALID when a changed file has faults of its own
 */
export function planDeploy(snapshot: Snapshot, request: DeployRequest): DeployPlan {
  const deployment = checkDeploymentName(request.deployment);
  const { record, bootstrapPath } = snapshot;
  if (record) checkOwner(record, bootstrapPath);
  const wanted = request.listeners.length > 0 ? request.listeners : (record?.wantedListeners ?? null);
  const managers = snapshot.configs.flatMap(({ yaml }) => connectionManagers(yaml));
  checkListeners(snapshot, managers, wanted ?? []);

  const extensionFile = record?.extensionFile ?? join(`slot-${snapshot.freshName}`, "extension.json");
  const slot = slotAt(deployment, join(deploymentFolder(bootstrapPath, deployment), extensionFile));
  const moduleDigest = digestOf(request.module);
  const modulePath = join(deploymentFolder(bootstrapPath, deployment), `sha256-${digestHex(moduleDigest)}.wasm`);
  const added = missingCluster(snapshot, request, slot);
  const settings = filterSettings(snapshot, request, slot, { digest: moduleDigest, path: modulePath });
  const filter = wasmFilter(settings);
  const isChosen = ({ listener }: ConnectionManager): boolean => wanted === null || wanted.includes(listener);
  const { texts, inserted } = place({ snapshot, slot, isChosen, cluster: added });

  const next: DeploymentRecord = {
    name: deployment,
    bootstrap: basename(bootstrapPath),
    reference: request.reference,
    digest: request.digest,
    moduleDigest,
    rootId: request.rootId,
    mode: request.remoteUrl ? "remote" : "file",
    configuration: request.configuration ?? null,
    version: extensionVersion(filter),
    extensionFile,
    listeners: [...new Set(managers.filter(isChosen).map(({ listener }) => listener))],
    wantedListeners: wanted,
    insertions: inserted,
  };
  const own = ownChange(snapshot);
  const module = request.remoteUrl ? [] : [own("module", modulePath, Buffer.from(request.module))];
  const changes = [
    ...module,
    own("record", recordPath(bootstrapPath, deployment), Buffer.from(formatRecord(next))),
    own("extension", slot.extensionPath, Buffer.from(extensionText(slot.name, filter))),
    ...configChanges(snapshot, texts),
  ].filter(isChange);
  checkSchema(changes);
  const current = request.remoteUrl ? undefined : modulePath;
  const { listeners, version } = next;
  const obsolete = oldModules(snapshot, current);
  return { deployment, snapshot, changes, listeners, obsolete, slot, settings, version, module: request.module };
}

/** @throws {DeployError} DEPLOYMENT_ELSEWHERE */
export function checkOwner(record: DeploymentRecord, bootstrapPath: string): void {
  if (record.bootstrap === basename(bootstrapPath)) return;
  const where = join(dirname(bootstrapPath), record.bootstrap);
  throw new DeployError("DEPLOYMENT_ELSEWHERE", `${record.name} is deployed to ${where} already, in the same folder`, {
    hint: `choose another name with --name, or name ${record.bootstrap} as the bootstrap`,
    detail: { deployment: record.name, bootstrap: where },
  });
}

export function ownChange(
  snapshot: Snapshot,
): (role: "module" | "record" | "extension", path: string, after: Buffer | undefined) => FileChange {
  return (role, path, after) => ({ role, path, before: snapshot.own.get(path), after, isText: role !== "module" });
}

/** Clusters before the listeners whose filters fetch through them; what a running Envoy does not read comes last. */
export function configChanges({ configs }: Snapshot, texts: ReadonlyMap<ConfigFile, string>): readonly FileChange[] {
  return (["clusters", "listeners", "bootstrap"] as const).flatMap((role) =>
    configs
      .filter((config) => config.role === role)
      .map((config) => {
        const before = config.yaml.text;
        const after = Buffer.from(texts.get(config) ?? before);
        return { role, path: config.path, before: Buffer.from(before), after, isText: true };
      }),
  );
}

export function oldModules(snapshot: Snapshot, current: string | undefined): readonly FileChange[] {
  const paths = [...snapshot.own.keys()].filter(
    (path) => /\/sha256-[0-9a-f]{64}\.wasm$/.test(path) && path !== current,
  );
  return paths.map((path) => ownChange(snapshot)("module", path, undefined));
}

export function isChange({ before, after }: FileChange): boolean {
  return before && after ? !after.equals(before) : before !== after;
}

function checkListeners(snapshot: Snapshot, managers: readonly ConnectionManager[], wanted: readonly string[]): void {
  const known = [...new Set(managers.map(({ listener }) => listener))];
  const path = snapshot.configs.map((config) => config.path).join(" and ");
  if (known.length === 0) {
    throw new DeployError("HTTP_CONNECTION_MANAGER_MISSING", `${path} has no HTTP connection manager`, {
      hint: "HTTP filters need a listener with envoy.filters.network.http_connection_manager; listeners that a control plane sends cannot be changed here",
      detail: { path: snapshot.bootstrapPath },
    });
  }
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new DeployError("LISTENER_UNKNOWN", `no listener with HTTP filters is called ${JSON.stringify(unknown)}`, {
    hint: `there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}`,
    detail: { listener: unknown, known },
  });
}

/** The cluster that has to be added before Envoy can fetch the module. */
function missingCluster(
  { configs }: Snapshot,
  { remoteUrl }: DeployRequest,
  slot: Slot,
): { readonly name: string; readonly url: string } | undefined {
  if (!remoteUrl) return undefined;
  const known = knownCluster(configs, remoteUrl.href);
  return known === undefined || known === ownCluster(slot)
    ? { name: ownCluster(slot), url: remoteUrl.href }
    : undefined;
}

function ownCluster(slot: Slot): string {
  return `${slot.name}.registry`;
}

function filterSettings(
  { configs }: Snapshot,
  { rootId, configuration, capabilities, failOpen, remoteUrl }: DeployRequest,
  slot: Slot,
  module: { readonly digest: Digest; readonly path: string },
): FilterSettings {
  const cluster = remoteUrl && (knownCluster(configs, remoteUrl.href) ?? ownCluster(slot));
  const code = remoteUrl && cluster ? { url: remoteUrl.href, cluster, digest: module.digest } : { file: module.path };
  return { name: slot.name, rootId, configuration, capabilities, failOpen, code };
}

/** Envoy's schema, before anything is written. Types that somebody built into their Envoy are left to it. */
function checkSchema(changes: readonly FileChange[]): void {
  for (const { role, path, after } of changes) {
    if (!after || role === "module" || role === "record") continue;
    const kind = role === "bootstrap" ? "bootstrap" : "discovery response";
    checkEnvoyYaml(readEnvoyYaml(after.toString(), path), kind, { unknownTypes: "allow" });
  }
}
