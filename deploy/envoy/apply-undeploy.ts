import type { ApplyOptions } from "./apply.ts";
import { passThroughFilter } from "./extension.ts";
import { Journal } from "./journal.ts";
import { readListeners } from "./running.ts";
import { offer } from "./swap.ts";
import type { UndeployPlan } from "./undeploy.ts";
import { listenersForget, type WatchOptions } from "./watch.ts";

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
 * @throws {DeployError} ENVOY_UNCHANGED, FILE_CHANGED; everything is put back then
 */
export async function applyUndeploy(plan: UndeployPlan, options: ApplyOptions): Promise<UndeployOutcome> {
  const { admin, timeoutMs = 15_000, signal } = options;
  const { deployment, slot, changes } = plan;
  const journal = await Journal.begin(changes);
  try {
    const before = admin ? await readListeners(admin, signal) : [];
    const watch: WatchOptions | undefined = admin && { admin, deployment, timeoutMs, signal };
    const having = before.filter((listener) => listener.mentions(slot.extensionPath));
    if (watch && having.length > 0) await offer(journal, slot, passThroughFilter(), watch);
    for (const { path, after } of changes) await journal.write(path, after);
    if (!watch) return "written";
    if (changes.some(({ role }) => role === "listeners")) await listenersForget(slot.extensionPath, before, watch);
    return having.some(({ isStatic }) => isStatic) ? "restart-needed" : "gone";
  } catch (error) {
    await journal.undo(error);
    throw error;
  }
}
