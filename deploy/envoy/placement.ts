import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type EnvoyYaml, readEnvoyYaml } from "#envoy/schema";
import { clusterInsertion } from "./clusters.ts";
import { type ConnectionManager, connectionManagers, hasFilter } from "./connection-managers.ts";
import { DeployError } from "./errors.ts";
import { slotTypes } from "./extension.ts";
import { slotName } from "./names.ts";
import type { InsertedText } from "./record.ts";
import type { ConfigFile, Snapshot } from "./snapshot.ts";
import { type Insertion, insertAll, itemBefore, removeAll } from "./splice.ts";
import type { Plain } from "./yaml-text.ts";

/** An HTTP filter whose configuration is in a file that Envoy watches. */
export interface Slot {
  readonly name: string;
  /** Absolute. */
  readonly extensionPath: string;
  /** A comment on the first line. */
  readonly note: string;
}

export function slotAt(deployment: string, extensionPath: string): Slot {
  return { name: slotName(deployment), extensionPath, note: `until: wasm undeploy envoy ${deployment}` };
}

export interface Placement {
  readonly snapshot: Snapshot;
  readonly slot: Slot;
  readonly isChosen: (manager: ConnectionManager) => boolean;
  /** One that has to be there for Envoy to fetch the module. */
  readonly cluster: { readonly name: string; readonly url: string } | undefined;
}

/**
 * The text that each configuration file gets. A file in which all is in place already stays as it is, so that nobody's
 * order of filters changes.
 *
 * @throws {DeployError} SLOT_TAKEN, SLOT_EDITED, ROUTER_MISSING, BOOTSTRAP_UNSUPPORTED
 */
export function place({ snapshot, slot, isChosen, cluster }: Placement): {
  texts: ReadonlyMap<ConfigFile, string>;
  inserted: readonly InsertedText[];
} {
  const before = snapshot.record?.insertions ?? [];
  const bases = snapshot.configs.map((config) => ({ ...config, yaml: withoutOurs(config, before, slot.name) }));
  const added = cluster && clusterInsertion(bases, cluster.name, cluster.url, slot.note);
  const texts = new Map<ConfigFile, string>();
  const inserted: InsertedText[] = [];
  for (const [index, config] of snapshot.configs.entries()) {
    const base = bases[index] ?? config;
    const clusters = added?.config === base ? [added.insertion] : [];
    const insertions = [...slotInsertions(base.yaml, isChosen, slot), ...clusters];
    const now = insertions.map(({ text }) => ({ file: config.path, text }));
    inserted.push(...now);
    if (isInPlace(config, before, now, (manager) => isChosen(manager) === hasFilter(config.yaml, manager, slot.name)))
      continue;
    texts.set(config, insertChecked(base.yaml, insertions, [slot.name, cluster?.name ?? slot.name]));
  }
  return { texts, inserted };
}

/** The file without what an earlier deploy put there. */
export function withoutOurs(config: ConfigFile, inserted: readonly InsertedText[], slotName: string): EnvoyYaml {
  const { yaml, path } = config;
  const ours = inserted.filter(({ file }) => file === path).map(({ text }) => text);
  const { text, missing } = removeAll(yaml.text, ours);
  const base = text === yaml.text ? yaml : readEnvoyYaml(text, path);
  const left = connectionManagers(base).find((manager) => hasFilter(base, manager, slotName));
  if (!left) return base;
  if (inserted.length === 0) throw slotTaken(path, left, slotName);
  throw new DeployError(
    "SLOT_EDITED",
    `${path}: the lines of ${slotName} near line ${left.line} are not those that were inserted`,
    {
      hint:
        missing.length > 0
          ? `put the ${slotName} lines back as they were, or take them out by hand and run this again`
          : `take the other filter of the name ${slotName} out, and run this again`,
      detail: { path: path, line: left.line, slot: slotName },
    },
  );
}

/**
 * Puts the slot before the router of every chosen manager.
 *
 * @throws {DeployError} ROUTER_MISSING, BOOTSTRAP_UNSUPPORTED
 */
function slotInsertions(
  yaml: EnvoyYaml,
  isChosen: (manager: ConnectionManager) => boolean,
  slot: Slot,
): readonly Insertion[] {
  const managers = connectionManagers(yaml);
  const places = new Map(managers.filter(isChosen).map((manager) => [placeOf(yaml, manager), manager]));
  const alsoHit = managers.find((manager) => manager.filters && places.has(manager.filters) && !isChosen(manager));
  if (alsoHit) {
    throw new DeployError(
      "BOOTSTRAP_UNSUPPORTED",
      `${yaml.file}: listener ${alsoHit.listener} has the same http_filters by an alias`,
      {
        hint: `ask for listener ${alsoHit.listener} too, or write its http_filters out`,
        detail: { path: yaml.file, line: alsoHit.line, listener: alsoHit.listener },
      },
    );
  }
  return [...places].map(([filters, { routerIndex }]) =>
    itemBefore(yaml, filters, routerIndex, filterItem(slot), slot.note),
  );
}

/** The file with the insertions, after making sure that they mean what they should. */
function insertChecked(yaml: EnvoyYaml, insertions: readonly Insertion[], names: readonly string[]): string {
  const text = insertAll(yaml.text, insertions);
  if (text === yaml.text) return text;
  const { value } = readEnvoyYaml(text, yaml.file);
  if (!isDeepStrictEqual(without(value, names), without(yaml.value, names))) {
    throw new DeployError(
      "BOOTSTRAP_UNSUPPORTED",
      `${yaml.file}: inserting a filter here would change more than it should`,
      {
        hint: "write the lists of filters as blocks, an item a line",
        detail: { path: yaml.file },
      },
    );
  }
  return text;
}

function isInPlace(
  { yaml, path }: ConfigFile,
  before: readonly InsertedText[],
  now: readonly InsertedText[],
  isRight: (manager: ConnectionManager) => boolean,
): boolean {
  const texts = before.filter(({ file }) => file === path).map(({ text }) => text);
  return (
    isDeepStrictEqual(texts.toSorted(), now.map(({ text }) => text).toSorted()) &&
    removeAll(yaml.text, texts).missing.length === 0 &&
    connectionManagers(yaml).every(isRight)
  );
}

function placeOf(yaml: EnvoyYaml, manager: ConnectionManager): NonNullable<ConnectionManager["filters"]> {
  if (manager.filters && manager.routerIndex >= 0) return manager.filters;
  throw new DeployError(
    "ROUTER_MISSING",
    `${yaml.file}:${manager.line}: the HTTP connection manager of listener ${manager.listener} has no router filter`,
    {
      hint: "add envoy.filters.http.router as the last of its http_filters: without it Envoy answers nothing",
      detail: { path: yaml.file, line: manager.line, listener: manager.listener },
    },
  );
}

function filterItem({ name, extensionPath }: Slot): Plain {
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

function slotTaken(path: string, manager: ConnectionManager, slotName: string): DeployError {
  return new DeployError(
    "SLOT_TAKEN",
    `${path}: listener ${manager.listener} already has an HTTP filter named ${slotName}`,
    {
      hint: "it was not put there from here: take it out, or deploy under another name",
      detail: { path: path, line: manager.line, listener: manager.listener, slot: slotName },
    },
  );
}

/** A value less the list items, and mappings of such lists alone, that have one of these names. */
function without(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !isNamed(item, names)).map((item) => without(item, names));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, without(item, names)] as const);
  return Object.fromEntries(entries.filter(([key, item]) => !isEmptyOf(key, item)));
}

/** A list of clusters that we began. */
function isEmptyOf(key: string, item: unknown): boolean {
  const isEmptyList = key === "clusters" && Array.isArray(item) && item.length === 0;
  const isEmptyMap = key === "static_resources" && isDeepStrictEqual(item, {});
  return isEmptyList || isEmptyMap;
}

function isNamed(item: unknown, names: readonly string[]): boolean {
  return typeof item === "object" && item !== null && "name" in item && names.some((name) => name === item.name);
}
