import { join } from "node:path";
import { digestHex, digestOf, type Digest } from "#oci";
import { addCluster, findCluster } from "./cluster.ts";
import type { ConfigFile } from "./config-file.ts";
import { DeployError } from "./errors.ts";
import { type Extension, type ModuleSource, wasmExtension } from "./extension.ts";
import { findHttpFilters, type HttpFilters } from "./http-filters.ts";
import type { ChangedFile, DeploymentRecord } from "./record.ts";
import { slotItem, slotName } from "./slot.ts";
import type { Snapshot } from "./snapshot.ts";
import { insertAll, insertBefore, type Insertion } from "./splice.ts";

/** What to deploy. Tags are resolved and the configuration is checked before. */
export interface DeployRequest {
  /** Name of the deployment: a new one is made, or the one of that name is changed. */
  readonly deployment: string;
  readonly reference: string;
  readonly digest: Digest;
  readonly module: Uint8Array;
  readonly rootId: string;
  readonly configuration: string | undefined;
  readonly capabilities: readonly string[];
  readonly failOpen: boolean;
  /** Names of listeners; empty: all. Only looked at by the first deploy. */
  readonly listeners: readonly string[];
  /** Where Envoy can fetch the module itself; undefined: a file beside the bootstrap. */
  readonly remoteUrl: URL | undefined;
}

/** One file before and after; undefined where it does not exist. */
export interface FileChange {
  readonly path: string;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
  /** Whether a person reads it: shown in a diff. */
  readonly isText: boolean;
}

export interface DeployPlan {
  readonly deployment: string;
  readonly extension: Extension;
  readonly mode: "file" | "remote";
  /** In the order in which they are written: what is pointed at comes first. */
  readonly changes: readonly FileChange[];
  readonly listeners: readonly string[];
  /** Modules of earlier versions, which nothing points at when this one runs. */
  readonly obsolete: readonly FileChange[];
  /** Whether a running Envoy takes the change up by itself. */
  readonly isLive: boolean;
  /** Whether the slot is new. */
  readonly isFirst: boolean;
}

/**
 * Works out what a deploy changes. Pure: reads nothing and writes nothing.
 *
 * @throws {DeployError} SLOT_TAKEN, LISTENER_UNKNOWN, HTTP_CONNECTION_MANAGER_MISSING, ROUTER_MISSING, BOOTSTRAP_UNSUPPORTED
 */
export function planDeploy(snapshot: Snapshot, request: DeployRequest): DeployPlan {
  const { paths, record } = snapshot;
  const moduleDigest = digestOf(request.module);
  const edits = new Map<ConfigFile, Insertion[]>();
  const slots = record ? [] : insertSlots(snapshot, request, edits);
  const source = moduleSource(snapshot, request, moduleDigest, edits);
  const extension = wasmExtension({ ...request, source });
  const edited = [...edits].map(([file, insertions]) => describeEdit(file, insertions));
  const nextRecord: DeploymentRecord = {
    name: request.deployment,
    reference: request.reference,
    digest: request.digest,
    moduleDigest,
    rootId: request.rootId,
    mode: source.kind,
    configuration: request.configuration ?? null,
    version: extension.version,
    listeners: record?.listeners ?? [...new Set(slots.map(({ listener }) => listener))],
    files: mergeFiles(
      record?.files ?? [],
      edited.map(({ file }) => file),
    ),
  };
  const own = (path: string, after: Buffer, isText = true): FileChange => ({
    path,
    before: snapshot.own.get(path),
    after,
    isText,
  });
  const module = source.kind === "file" ? [own(source.path, Buffer.from(request.module), false)] : [];
  const changes = [
    ...module,
    own(paths.extension, Buffer.from(extension.text)),
    ...edited.map(({ change }) => change),
    own(paths.record, Buffer.from(`${JSON.stringify(nextRecord, undefined, 2)}\n`)),
  ];
  return {
    deployment: request.deployment,
    extension,
    mode: source.kind,
    changes: changes.filter(({ before, after }) => !(before && after?.equals(before))),
    obsolete: findObsolete(snapshot, source),
    listeners: nextRecord.listeners,
    isLive: !edits.has(snapshot.bootstrap),
    isFirst: record === undefined,
  };
}

function insertSlots(
  { listenerFiles, paths }: Snapshot,
  request: DeployRequest,
  edits: Map<ConfigFile, Insertion[]>,
): readonly HttpFilters[] {
  const all = listenerFiles.flatMap((file) => findHttpFilters(file));
  const name = slotName(request.deployment);
  const taken = all.find(({ names }) => names.includes(name));
  if (taken) {
    throw new DeployError(
      "SLOT_TAKEN",
      `${taken.file.path} has an HTTP filter ${name} already, and ${paths.folder} has no record of it`,
      {
        hint: "take those lines out by hand, or deploy under another name with --name",
        detail: { path: taken.file.path, filter: name },
      },
    );
  }
  const chosen = choose(all, request.listeners, listenerFiles[0]?.path ?? "");
  const item = slotItem(request.deployment, paths.extension, paths.folder);
  for (const list of new Set(chosen.map(({ list }) => list))) {
    const sharing = all.filter((filters) => filters.list === list);
    const outsider = sharing.find((filters) => !chosen.includes(filters));
    const [first] = sharing;
    if (outsider || !first) {
      const names = sharing.map(({ listener }) => listener).join(", ");
      throw new DeployError("BOOTSTRAP_UNSUPPORTED", `the listeners ${names} share one list of filters by an anchor`, {
        hint: "deploy to all of them, or write the list out for each",
      });
    }
    const { file, routerIndex } = first;
    edits.set(file, [...(edits.get(file) ?? []), insertBefore(file, list, routerIndex, item)]);
  }
  return chosen;
}

function choose(all: readonly HttpFilters[], names: readonly string[], path: string): readonly HttpFilters[] {
  if (all.length === 0) {
    throw new DeployError("HTTP_CONNECTION_MANAGER_MISSING", `${path} has no HTTP connection manager`, {
      hint: "HTTP filters need a listener with envoy.filters.network.http_connection_manager",
      detail: { path },
    });
  }
  const known = [...new Set(all.map(({ listener }) => listener))];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new DeployError("LISTENER_UNKNOWN", `no listener with HTTP filters is called ${JSON.stringify(unknown)}`, {
      hint: `there ${known.length === 1 ? "is" : "are"} ${known.map((name) => name || "(one without a name)").join(", ")}`,
      detail: { listener: unknown, known },
    });
  }
  return names.length === 0 ? all : all.filter(({ listener }) => names.includes(listener));
}

function moduleSource(
  snapshot: Snapshot,
  { remoteUrl }: DeployRequest,
  digest: Digest,
  edits: Map<ConfigFile, Insertion[]>,
): ModuleSource {
  if (remoteUrl === undefined)
    return { kind: "file", path: join(snapshot.paths.folder, `sha256-${digestHex(digest)}.wasm`) };
  const files = [snapshot.bootstrap, ...(snapshot.clusterFile ? [snapshot.clusterFile] : [])];
  const known = findCluster(files, remoteUrl);
  if (known !== undefined) return { kind: "remote", url: remoteUrl.href, cluster: known, digest };
  const { file, insertion, name } = addCluster(snapshot.clusterFile ?? snapshot.bootstrap, remoteUrl);
  edits.set(file, [...(edits.get(file) ?? []), insertion]);
  return { kind: "remote", url: remoteUrl.href, cluster: name, digest };
}

function findObsolete({ own }: Snapshot, source: ModuleSource): readonly FileChange[] {
  const current = source.kind === "file" ? source.path : undefined;
  return [...own].flatMap(([path, before]) =>
    path.endsWith(".wasm") && path !== current ? [{ path, before, after: undefined, isText: false }] : [],
  );
}

function describeEdit(file: ConfigFile, insertions: readonly Insertion[]): { change: FileChange; file: ChangedFile } {
  const before = Buffer.from(file.text);
  const after = Buffer.from(insertAll(file.text, insertions));
  return {
    change: { path: file.path, before, after, isText: true },
    file: {
      path: file.path,
      before: digestOf(before),
      after: digestOf(after),
      inserted: insertions.map(({ text }) => text),
    },
  };
}

/** A later deploy may add to a file that an earlier one has changed. */
function mergeFiles(earlier: readonly ChangedFile[], later: readonly ChangedFile[]): readonly ChangedFile[] {
  const added = later.map((file) => {
    const first = earlier.find(({ path }) => path === file.path);
    if (!first) return file;
    const isUntouched = first.after === file.before;
    return {
      ...file,
      before: isUntouched ? first.before : file.before,
      inserted: [...first.inserted, ...file.inserted],
    };
  });
  return [...earlier.filter(({ path }) => !later.some((file) => file.path === path)), ...added];
}
