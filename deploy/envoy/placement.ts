import { isDeepStrictEqual } from "node:util";
import { type EnvoyYaml, readEnvoyYaml } from "#envoy/schema";
import type { YAMLSeq } from "yaml";
import { clusterInsertion } from "./clusters.ts";
import { type ConnectionManager, connectionManagers, hasFilter } from "./connection-managers.ts";
import { DeployError } from "./errors.ts";
import type { InsertedText } from "./record.ts";
import { withoutOurs } from "./removal.ts";
import { isSameBut } from "./sameness.ts";
import { type Slot, slotFilter } from "./slot.ts";
import type { ConfigFile, Snapshot } from "./snapshot.ts";
import { type Insertion, insertAll, itemBefore, removeAll } from "./splice.ts";

export interface Placement {
  readonly snapshot: Snapshot;
  readonly slot: Slot;
  readonly isChosen: (manager: ConnectionManager) => boolean;
  /** Where the cluster that has to be added leads to; undefined: none has to be. */
  readonly clusterUrl: string | undefined;
}

/**
 * The text that each configuration file gets. A file in which all is in place already stays as it is, so that nobody's
 * order of filters changes.
 *
 * @throws {DeployError} SLOT_TAKEN, SLOT_EDITED, ROUTER_MISSING, BOOTSTRAP_UNSUPPORTED
 */
export function place({ snapshot, slot, isChosen, clusterUrl }: Placement): {
  texts: ReadonlyMap<ConfigFile, string>;
  inserted: readonly InsertedText[];
} {
  const before = snapshot.record?.insertions ?? [];
  const bases = snapshot.configs.map((config) => ({ ...config, yaml: withoutOurs(config, before, slot) }));
  const added = clusterUrl === undefined ? undefined : clusterInsertion(bases, slot, clusterUrl);
  const texts = new Map<ConfigFile, string>();
  const inserted: InsertedText[] = [];
  for (const [index, config] of snapshot.configs.entries()) {
    const base = bases[index] ?? config;
    const clusters = added?.config === base ? [added.insertion] : [];
    const insertions = [...slotInsertions(base.yaml, isChosen, slot), ...clusters];
    const now = insertions.map(({ text }) => ({ file: config.path, text }));
    inserted.push(...now);
    const isRight = (manager: ConnectionManager): boolean =>
      isChosen(manager) === hasFilter(config.yaml, manager, slot.name);
    if (isInPlace(config, before, now) && connectionManagers(config.yaml).every(isRight)) continue;
    texts.set(config, insertChecked(base.yaml, insertions, slot, isChosen));
  }
  return { texts, inserted };
}

/** The slot before the router of every chosen manager. */
function slotInsertions(
  yaml: EnvoyYaml,
  isChosen: (manager: ConnectionManager) => boolean,
  slot: Slot,
): readonly Insertion[] {
  const managers = connectionManagers(yaml);
  const places = new Map(managers.filter(isChosen).map((manager) => [filtersOf(yaml, manager), manager]));
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
    itemBefore(yaml, filters, routerIndex, slotFilter(slot), slot.note),
  );
}

function filtersOf(yaml: EnvoyYaml, manager: ConnectionManager): YAMLSeq {
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

/** The file with the insertions, after making sure that they mean what they should. */
function insertChecked(
  yaml: EnvoyYaml,
  insertions: readonly Insertion[],
  slot: Slot,
  isChosen: (manager: ConnectionManager) => boolean,
): string {
  const text = insertAll(yaml.text, insertions);
  if (text === yaml.text) return text;
  const result = readEnvoyYaml(text, yaml.file);
  const isSame = isSameBut([slot.name, slot.clusterName], result.value, yaml.value);
  const isIn = (manager: ConnectionManager): boolean => isChosen(manager) === hasFilter(result, manager, slot.name);
  if (isSame && connectionManagers(result).every(isIn)) return text;
  throw new DeployError(
    "BOOTSTRAP_UNSUPPORTED",
    `${yaml.file}: inserting a filter here would change more than it should`,
    {
      hint: "write the lists of filters as blocks, an item a line",
      detail: { path: yaml.file },
    },
  );
}

function isInPlace({ yaml, path }: ConfigFile, before: readonly InsertedText[], now: readonly InsertedText[]): boolean {
  const texts = before.filter(({ file }) => file === path).map(({ text }) => text);
  const isTheSame = isDeepStrictEqual(texts.toSorted(), now.map(({ text }) => text).toSorted());
  return isTheSame && removeAll(yaml.text, texts).missing.length === 0;
}
