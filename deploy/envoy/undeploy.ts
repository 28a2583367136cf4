import { dirname } from "node:path";
import { configChanges, type FileChange, isChange, moduleRemovals, ownChange } from "./changes.ts";
import { DeployError } from "./errors.ts";
import { recordPath } from "./names.ts";
import { checkOwner } from "./record.ts";
import { withoutOurs } from "./removal.ts";
import { type Slot, slotOf } from "./slot.ts";
import type { Snapshot } from "./snapshot.ts";

export interface UndeployPlan {
  readonly deployment: string;
  readonly snapshot: Snapshot;
  /** Configuration files first, then the deployment's own. */
  readonly changes: readonly FileChange[];
  readonly slot: Slot;
}

/**
 * Works out how a deployment is taken away. A file that nobody else has changed is afterwards what it was, byte for byte;
 * in others only our lines go. Pure.
 *
 * @throws {DeployError} DEPLOYMENT_UNKNOWN, DEPLOYMENT_ELSEWHERE, SLOT_EDITED
 */
export function planUndeploy(snapshot: Snapshot, deployment: string): UndeployPlan {
  const { record, bootstrapPath, configs, records } = snapshot;
  if (!record) throw unknownDeployment(deployment, records, bootstrapPath);
  checkOwner(record, bootstrapPath);
  const slot = slotOf(deployment, bootstrapPath, record.extensionFile);
  const texts = new Map(configs.map((config) => [config, withoutOurs(config, record.insertions, slot).text]));
  const changes = [
    ...configChanges(snapshot, texts).toReversed(),
    ownChange(snapshot, "extension", slot.extensionPath, undefined),
    ...moduleRemovals(snapshot, undefined),
    ownChange(snapshot, "record", recordPath(bootstrapPath, deployment), undefined),
  ].filter(isChange);
  return { deployment, snapshot, changes, slot };
}

function unknownDeployment(name: string, known: Snapshot["records"], bootstrapPath: string): DeployError {
  const names = known.map((record) => record.name);
  const where = dirname(bootstrapPath);
  return new DeployError(
    "DEPLOYMENT_UNKNOWN",
    `nothing is deployed to ${bootstrapPath} under the name ${JSON.stringify(name)}`,
    {
      hint:
        names.length === 0
          ? "nothing is deployed there at all"
          : `there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`,
      detail: { name, known: names, folder: where },
    },
  );
}
