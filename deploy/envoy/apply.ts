import { writeFileAtomic } from "#core";
import type { EnvoyAdmin } from "#envoy";
import { renewed } from "./extension.ts";
import type { DeployPlan } from "./plan.ts";
import { deploymentPaths } from "./record.ts";
import { findSlot } from "./running.ts";
import { waitForListeners, waitForVersion } from "./watch.ts";
import { writeChanges } from "./write.ts";

export interface ApplyOptions {
  /** Absolute. */
  readonly bootstrapPath: string;
  /** The running Envoy; undefined: none runs, or it cannot be asked. */
  readonly admin: EnvoyAdmin | undefined;
  /** Milliseconds. Default 15 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * - `running`: Envoy says that it runs this version
 * - `restart-needed`: the files are right, and Envoy has to be started again once, since its bootstrap has changed
 * - `written`: the files are right; nobody could be asked
 */
export type DeployOutcome = "running" | "restart-needed" | "written";

/**
 * Carries a plan out, and waits until Envoy runs it. On any failure everything is put back as it was.
 *
 * @throws {DeployError} ENVOY_REJECTED, ENVOY_UNCHANGED, FILE_CHANGED
 */
export async function applyDeploy(plan: DeployPlan, options: ApplyOptions): Promise<DeployOutcome> {
  const { admin, signal } = options;
  const isKnown = admin !== undefined && (await findSlot(admin, plan.deployment, signal)).length > 0;
  const undo = await writeChanges(plan.changes);
  try {
    const outcome = await verify(plan, options, isKnown);
    // Without an answer the old module may still be what runs.
    if (outcome === "running") await writeChanges(plan.obsolete);
    return outcome;
  } catch (error) {
    await undo();
    throw error;
  }
}

async function verify(plan: DeployPlan, options: ApplyOptions, isKnown: boolean): Promise<DeployOutcome> {
  const { admin, bootstrapPath, timeoutMs = 15_000, signal } = options;
  if (!admin) return "written";
  if (!plan.isLive || (!plan.isFirst && !isKnown)) return "restart-needed";
  const { extension: path } = deploymentPaths(bootstrapPath, plan.deployment);
  let attempt = 0;
  const onFetching = async (): Promise<string> => {
    const next = renewed(plan.extension, ++attempt);
    await writeFileAtomic(path, next.text);
    return next.version;
  };
  const watch = { admin, deployment: plan.deployment, timeoutMs, signal };
  await waitForVersion(plan.extension.version, plan.mode === "remote" ? { ...watch, onFetching } : watch);
  if (plan.isFirst) await waitForListeners(plan.listeners, watch);
  return "running";
}
