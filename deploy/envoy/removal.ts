import { type EnvoyYaml, readEnvoyYaml, SchemaError } from "#envoy/schema";
import { hasCluster } from "./clusters.ts";
import { connectionManagers, hasFilter } from "./connection-managers.ts";
import { DeployError } from "./errors.ts";
import type { InsertedText } from "./record.ts";
import { isSameBut } from "./sameness.ts";
import type { Slot } from "./slot.ts";
import type { ConfigFile } from "./snapshot.ts";
import { removeAll } from "./splice.ts";

/**
 * A file without what an earlier deploy put there, and with everything else.
 *
 * @throws {DeployError} SLOT_TAKEN, SLOT_EDITED
 */
export function withoutOurs({ yaml, path }: ConfigFile, inserted: readonly InsertedText[], slot: Slot): EnvoyYaml {
  const ours = inserted.filter(({ file }) => file === path).map(({ text }) => text);
  const { text } = removeAll(yaml.text, ours);
  const base = text === yaml.text ? yaml : read(text, path);
  const manager = base && connectionManagers(base).find((one) => hasFilter(base, one, slot.name));
  if (manager && inserted.length === 0) {
    throw new DeployError(
      "SLOT_TAKEN",
      `${path}: listener ${manager.listener} already has an HTTP filter named ${slot.name}`,
      {
        hint: "it was not put there from here: take it out, or deploy under another name",
        detail: { path, line: manager.line, listener: manager.listener, slot: slot.name },
      },
    );
  }
  const names = [slot.name, slot.clusterName];
  if (!base || manager || hasCluster(base, slot.clusterName) || !isSameBut(names, base.value, yaml.value)) {
    throw new DeployError(
      "SLOT_EDITED",
      `${path}: the lines of ${slot.name}, or those that they stand among, were changed: they cannot be taken out alone`,
      {
        hint: "take the filter and the cluster of that name out by hand, and run this again",
        detail: { path, slot: slot.name, ...(manager && { line: manager.line }) },
      },
    );
  }
  return base;
}

function read(text: string, path: string): EnvoyYaml | undefined {
  try {
    return readEnvoyYaml(text, path);
  } catch (error) {
    if (error instanceof SchemaError) return undefined;
    throw error;
  }
}
