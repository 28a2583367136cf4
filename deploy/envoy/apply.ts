import { Journal, type ReplaceFile } from "./journal.ts";
import type { DeployPlan } from "./plan.ts";
import { type Before, look, Rollout } from "./rollout.ts";
import { type Admin, readSlot } from "./running.ts";
import { listenersFollow, until, type WatchOptions } from "./watch.ts";

export interface ApplyOptions {
  /** The running Envoy; undefined: none runs, or it cannot be asked. */
  readonly admin: Admin | undefined;
  /** Milliseconds for each step that Envoy takes. Default 15 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** How files are written. By default on disk, each in one step. */
  readonly replaceFile?: ReplaceFile;
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
 * @throws {DeployError} ENVOY_REJECTED, ENVOY_UNCHANGED, MODULE_FETCH_FAILED, REMOTE_UNSUPPORTED, FILE_CHANGED, ROLLBACK_FAILED
 */
export async function applyDeploy(plan: DeployPlan, options: ApplyOptions): Promise<DeployOutcome> {
  const { admin, timeoutMs = 15_000, signal, replaceFile } = options;
  const watch = admin && { admin, deployment: plan.deployment, timeoutMs, signal };
  const before = watch && (await look(watch));
  const files = [...plan.changes, ...plan.obsolete];
  try {
    return await Journal.transact(
      files,
      (journal) =>
        watch && before ? new Rollout(plan, journal, before, watch).run() : writeAll(plan, journal, signal),
      replaceFile,
    );
  } catch (error) {
    if (watch && before) await settle(plan, before, watch);
    throw error;
  }
}

async function writeAll({ changes }: DeployPlan, journal: Journal, signal?: AbortSignal): Promise<"written"> {
  for (const { path, after } of changes) {
    signal?.throwIfAborted();
    await journal.write(path, after);
  }
  return "written";
}

/** After a failure Envoy has to find its way back before anybody looks. What it does then is not an error of ours. */
async function settle({ slot: { extensionPath } }: DeployPlan, before: Before, watch: WatchOptions): Promise<void> {
  const brief = { ...watch, timeoutMs: Math.min(watch.timeoutMs, 5_000), signal: undefined };
  const had = before.listeners.filter((listener) => !listener.isStatic && listener.mentions(extensionPath));
  const names = had.map(({ name }) => name);
  try {
    await listenersFollow(names, extensionPath, undefined, brief);
    const version = before.slot?.version;
    if (version === undefined) return;
    await until(brief, "", async () => {
      return (await readSlot(watch.admin, watch.deployment))?.version === version || undefined;
    });
  } catch {
    // The error that led here says more.
  }
}
