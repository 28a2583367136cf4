import { readFile } from "node:fs/promises";
import { digestOf } from "#oci";
import type { ApplyOptions } from "./apply.ts";
import { DeployError } from "./errors.ts";
import { emptyExtension } from "./extension.ts";
import type { FileChange } from "./plan.ts";
import { type ChangedFile, readRecords } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";
import { removeAll } from "./splice.ts";
import { findSlot } from "./running.ts";
import { waitForVersion } from "./watch.ts";
import { writeChanges } from "./write.ts";

export interface UndeployPlan {
  readonly deployment: string;
  /** Configuration files first, then the deployment's own. */
  readonly changes: readonly FileChange[];
  /** The file that fills the slot. */
  readonly extensionPath: string;
  /** Whether a running Envoy takes the change up by itself. */
  readonly isLive: boolean;
}

/**
 * Works out how a deployment is taken away. A file that nobody else has changed is afterwards what it was, byte for byte;
 * in others only our lines go.
 *
 * @throws {DeployError} DEPLOYMENT_UNKNOWN, SLOT_EDITED
 */
export async function planUndeploy(snapshot: Snapshot, deployment: string): Promise<UndeployPlan> {
  const { record, paths, own, bootstrap } = snapshot;
  if (!record) throw unknownDeployment(deployment, await readRecords(bootstrap.path), bootstrap.path);
  const edits = await Promise.all(record.files.map((file) => restore(file)));
  const owned = [...own].map(([path, before]) => ({ path, before, after: undefined, isText: !path.endsWith(".wasm") }));
  return {
    deployment,
    changes: [...edits, ...owned],
    extensionPath: paths.extension,
    isLive: !record.files.some(({ path }) => path === bootstrap.path),
  };
}

/**
 * - `gone`: Envoy runs without the filter, on open connections too
 * - `restart-needed`: the filter does nothing any more; its place goes when Envoy is started again
 * - `written`: the files are right; nobody could be asked
 */
export type UndeployOutcome = "gone" | "restart-needed" | "written";

/** Takes a deployment away. First the slot is filled with a filter that does nothing, so that no connection keeps the old one. */
export async function applyUndeploy(plan: UndeployPlan, options: ApplyOptions): Promise<UndeployOutcome> {
  const { admin, timeoutMs = 15_000, signal } = options;
  const isKnown = admin !== undefined && (await findSlot(admin, plan.deployment, signal)).length > 0;
  const before = plan.changes.find(({ path }) => path === plan.extensionPath)?.before;
  const empty = emptyExtension(plan.deployment);
  const emptied: FileChange = { path: plan.extensionPath, before, after: Buffer.from(empty.text), isText: true };
  const undoEmpty = isKnown ? await writeChanges([emptied]) : undefined;
  try {
    if (isKnown) await waitForVersion(empty.version, { admin, deployment: plan.deployment, timeoutMs, signal });
    await writeChanges(
      isKnown
        ? plan.changes.map((change) =>
            change.path === plan.extensionPath ? { ...change, before: emptied.after } : change,
          )
        : plan.changes,
    );
  } catch (error) {
    await undoEmpty?.();
    throw error;
  }
  if (!admin) return "written";
  return plan.isLive || !isKnown ? "gone" : "restart-needed";
}

async function restore(file: ChangedFile): Promise<FileChange> {
  const bytes = await readFile(file.path);
  const text = removeAll(bytes.toString("utf8"), file.inserted);
  if (text === undefined) {
    throw new DeployError("SLOT_EDITED", `${file.path}: the lines that the deploy put in are no longer as they were`, {
      hint: "take them out by hand, or restore them:\n" + file.inserted.join(""),
      detail: { path: file.path, inserted: file.inserted },
    });
  }
  const after = Buffer.from(text);
  if (digestOf(bytes) === file.after && digestOf(after) !== file.before) {
    throw new DeployError("SLOT_EDITED", `${file.path} would not be what it was`, { detail: { path: file.path } });
  }
  return { path: file.path, before: bytes, after, isText: true };
}

function unknownDeployment(name: string, known: readonly { readonly name: string }[], path: string): DeployError {
  const names = known.map((record) => record.name);
  return new DeployError(
    "DEPLOYMENT_UNKNOWN",
    `nothing is deployed to ${path} under the name ${JSON.stringify(name)}`,
    {
      hint:
        names.length === 0
          ? "nothing is deployed there at all"
          : `there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`,
      detail: { name, known: names },
    },
  );
}
