import type { ApplyOptions } from "./apply.ts";
import { passThroughFilter } from "./extension.ts";
import { Journal } from "./journal.ts";
import { readListeners } from "./running.ts";
import { offer } from "./swap.ts";
import type { UndeployPlan } from "./undeploy.ts";
import { listenersFollow, type WatchOptions } from "./watch.ts";

/**
 * - `gone`: Envoy runs without the filter, on open connections too
 * - `restart-needed`: the filter does nothing any more; its place goes when Envoy is started again
 * - `written`: the files are right; nobody could be asked
 */
export type UndeployOutcome = "gone" | "restart-needed" | "written";

/**
 * Takes a deployment away. First the slot is filled with a filter that does nothing: open connections stay on the listener
 * that they began with, for minutes.
 *
 * @throws {DeployError} ENVOY_UNCHANGED, FILE_CHANGED, ROLLBACK_FAILED; everything is put back then
 */
export async function applyUndeploy(plan: UndeployPlan, options: ApplyOptions): Promise<UndeployOutcome> {
  const { admin, timeoutMs = 15_000, signal, replaceFile } = options;
  const watch = admin && { admin, deployment: plan.deployment, timeoutMs, signal };
  return Journal.transact(plan.changes, (journal) => takeAway(plan, journal, watch, signal), replaceFile);
}

async function takeAway(
  { slot, changes }: UndeployPlan,
  journal: Journal,
  watch: WatchOptions | undefined,
  signal: AbortSignal | undefined,
): Promise<UndeployOutcome> {
  const before = watch ? await readListeners(watch.admin, signal) : [];
  const having = before.filter((listener) => listener.mentions(slot.extensionPath));
  if (watch && having.length > 0) await offer(journal, slot, passThroughFilter(), watch);
  for (const { path, after } of changes) {
    signal?.throwIfAborted();
    await journal.write(path, after);
  }
  if (!watch) return "written";
  if (changes.some(({ role }) => role === "listeners")) {
    await listenersFollow([], slot.extensionPath, before, watch);
  }
  return having.some(({ isStatic }) => isStatic) ? "restart-needed" : "gone";
}
