import { basename, join } from "node:path";
import { checkEnvoyYaml, readEnvoyYaml } from "#envoy/schema";
import { digestHex, digestOf, type Digest } from "#oci";
import { configChanges, type FileChange, isChange, moduleRemovals, ownChange } from "./changes.ts";
import { knownCluster } from "./clusters.ts";
import { type ConnectionManager, connectionManagers } from "./connection-managers.ts";
import { DeployError } from "./errors.ts";
import { extensionText, extensionVersion, type FilterSettings, wasmFilter } from "./extension.ts";
import { checkDeploymentName, deploymentFolder, recordPath } from "./names.ts";
import { place } from "./placement.ts";
import { checkOwner, type DeploymentRecord, formatRecord } from "./record.ts";
import { type Slot, slotOf } from "./slot.ts";
import type { Snapshot } from "./snapshot.ts";

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
  /** Of the Envoy that will run it, such as `1.40.0`; undefined: not known. */
  readonly envoyVersion?: string | undefined;
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
  const isChosen = ({ listener }: ConnectionManager): boolean => wanted === null || wanted.includes(listener);

  const extensionFile = record?.extensionFile ?? join(`slot-${snapshot.freshName}`, "extension.json");
  const slot = slotOf(deployment, bootstrapPath, extensionFile);
  const { module, remoteUrl, rootId, configuration, capabilities, failOpen } = request;
  const moduleDigest = digestOf(module);
  const modulePath = join(deploymentFolder(bootstrapPath, deployment), `sha256-${digestHex(moduleDigest)}.wasm`);
  const cluster = remoteUrl && knownCluster(snapshot.configs, remoteUrl.href);
  const code = remoteUrl
    ? { url: remoteUrl.href, cluster: cluster ?? slot.clusterName, digest: moduleDigest }
    : { file: modulePath };
  const restricts = isAtLeast(request.envoyVersion, 1, 40) ? "vm" : "plugin";
  const settings: FilterSettings = { name: slot.name, rootId, configuration, capabilities, failOpen, restricts, code };
  const filter = wasmFilter(settings);
  const clusterUrl = cluster === undefined ? remoteUrl?.href : undefined;
  const { texts, inserted } = place({ snapshot, slot, isChosen, clusterUrl });

  const next: DeploymentRecord = {
    name: deployment,
    bootstrap: basename(bootstrapPath),
    reference: request.reference,
    digest: request.digest,
    moduleDigest,
    rootId,
    mode: remoteUrl ? "remote" : "file",
    configuration: configuration ?? null,
    version: extensionVersion(filter),
    extensionFile,
    listeners: [...new Set(managers.filter(isChosen).map(({ listener }) => listener))],
    wantedListeners: wanted,
    insertions: inserted,
  };
  const changes = [
    ...(remoteUrl ? [] : [ownChange(snapshot, "module", modulePath, Buffer.from(module))]),
    ownChange(snapshot, "record", recordPath(bootstrapPath, deployment), Buffer.from(formatRecord(next))),
    ownChange(snapshot, "extension", slot.extensionPath, Buffer.from(extensionText(slot.name, filter))),
    ...configChanges(snapshot, texts),
  ].filter(isChange);
  checkSchema(changes);
  const obsolete = moduleRemovals(snapshot, remoteUrl ? undefined : modulePath);
  const { listeners, version } = next;
  return { deployment, snapshot, changes, listeners, obsolete, slot, settings, version, module };
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

function isAtLeast(version: string | undefined, major: number, minor: number): boolean {
  const [, first = 0, second = 0] = /^(\d+)\.(\d+)\./.exec(version ?? "")?.map(Number) ?? [];
  return first > major || (first === major && second >= minor);
}

/** Envoy's schema, before anything is written. Types that somebody built into their Envoy are left to it. */
function checkSchema(changes: readonly FileChange[]): void {
  for (const { role, path, after } of changes) {
    if (!after || role === "module" || role === "record") continue;
    const kind = role === "bootstrap" ? "bootstrap" : "discovery response";
    checkEnvoyYaml(readEnvoyYaml(after.toString(), path), kind, { unknownTypes: "allow" });
  }
}
