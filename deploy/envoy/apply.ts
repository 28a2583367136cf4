import type { EnvoyAdmin } from "#envoy";
import { listenerNames } from "./connection-managers.ts";
import { DeployError } from "./errors.ts";
import { extensionText, passThroughFilter } from "./extension.ts";
import { Journal } from "./journal.ts";
import type { DeployPlan, FileChange } from "./plan.ts";
import { readListeners, readSlot, type RunningListener, type RunningSlot } from "./running.ts";
import { swap } from "./swap.ts";
import { listenersForget, listenersMention, until, type WatchOptions } from "./watch.ts";

export interface ApplyOptions {
  /** The running Envoy; undefined: none runs, or it cannot be asked. */
  readonly admin: EnvoyAdmin | undefined;
  /** Milliseconds for each step that Envoy takes. Default 15 000. */
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
 * @throws {DeployError} ENVOY_REJECTED, ENVOY_UNCHANGED, MODULE_FETCH_FAILED, REMOTE_UNSUPPORTED, FILE_CHANGED
 */
export async function applyDeploy(plan: DeployPlan, options: ApplyOptions): Promise<DeployOutcome> {
  const { admin, timeoutMs = 15_000, signal } = options;
  const journal = await Journal.begin([...plan.changes, ...plan.obsolete]);
  if (!admin) return writeAll(plan.changes, journal);
  const watch: WatchOptions = { admin, deployment: plan.deployment, timeoutMs, signal };
  const before = {
    listeners: await readListeners(admin, signal),
    slot: await readSlot(admin, plan.deployment, signal),
  };
  try {
    const outcome = await carryOut(plan, journal, before.listeners, watch);
    // Until Envoy says so, an old module may still be what runs.
    if (outcome === "running") for (const { path } of plan.obsolete) await journal.write(path, undefined);
    return outcome;
  } catch (error) {
    await journal.undo(error);
    await settle(plan, before, watch);
    throw error;
  }
}

async function writeAll(changes: readonly FileChange[], journal: Journal): Promise<"written"> {
  try {
    for (const { path, after } of changes) await journal.write(path, after);
    return "written";
  } catch (error) {
    await journal.undo(error);
    throw error;
  }
}

async function carryOut(
  plan: DeployPlan,
  journal: Journal,
  before: readonly RunningListener[],
  watch: WatchOptions,
): Promise<DeployOutcome> {
  const { slot, settings } = plan;
  const isKnown = before.some((listener) => listener.mentions(slot.extensionPath));
  const changed = (role: FileChange["role"]): readonly FileChange[] =>
    plan.changes.filter((change) => change.role === role);
  const isLive = isKnown || changed("listeners").length > 0;
  const write = async (role: FileChange["role"]): Promise<void> => {
    for (const { path, after } of changed(role)) await journal.write(path, after);
  };

  await write("module");
  await write("record");
  // A slot is never empty: a listener that finds nothing in it answers every request with an error.
  const first = Buffer.from(extensionText(slot.name, passThroughFilter()));
  if (isLive && !isKnown) await journal.write(slot.extensionPath, first);
  if (!isLive) await write("extension");
  await write("clusters");
  if (isLive) await demandCluster(plan, changed("clusters").length > 0, watch);
  await write("listeners");
  if (changed("listeners").length > 0) {
    await listenersMention(liveListeners(plan), slot.extensionPath, before, watch);
  }
  await write("bootstrap");
  if (isLive && !(await runsAlready(plan, watch))) await swap(journal, slot, settings, watch);
  return isLive && changed("bootstrap").length === 0 ? "running" : "restart-needed";
}

/** A listener file's listeners, of those that the deployment is in. */
function liveListeners({ snapshot, listeners }: DeployPlan): readonly string[] {
  const { configs } = snapshot;
  const discovered = configs.filter(({ role }) => role === "listeners").flatMap(({ yaml }) => listenerNames(yaml));
  return listeners.filter((name) => discovered.includes(name));
}

async function runsAlready(
  { version, changes }: DeployPlan,
  { admin, deployment, signal }: WatchOptions,
): Promise<boolean> {
  if (changes.some(({ role }) => role === "extension")) return false;
  return (await readSlot(admin, deployment, signal))?.version === version;
}

/** A running Envoy learns of new clusters only from a file that it watches. */
async function demandCluster(plan: DeployPlan, isOnItsWay: boolean, watch: WatchOptions): Promise<void> {
  const { code } = plan.settings;
  if (!("cluster" in code)) return;
  const { cluster } = code;
  const isThere = async (): Promise<boolean> => {
    return (await watch.admin.clusters(watch.signal)).some(({ name }) => name === cluster);
  };
  if (isOnItsWay) {
    await until(watch, `Envoy did not add the cluster ${cluster}`, async () => (await isThere()) || undefined);
  }
  if (await isThere()) return;
  throw new DeployError(
    "REMOTE_UNSUPPORTED",
    "the running Envoy has no cluster that leads to the registry, and takes none up while it runs",
    {
      hint: `add a cluster for ${new URL(code.url).host} to the bootstrap and restart Envoy; or leave --mode remote out`,
      detail: { cluster, url: code.url },
    },
  );
}

/** After a failure Envoy has to find its way back before anybody looks. What it does then is not an error of ours. */
async function settle(
  plan: DeployPlan,
  before: { readonly listeners: readonly RunningListener[]; readonly slot: RunningSlot | undefined },
  watch: WatchOptions,
): Promise<void> {
  const { extensionPath } = plan.slot;
  const brief = { ...watch, timeoutMs: Math.min(watch.timeoutMs, 5_000), signal: undefined };
  try {
    const wasThere = before.listeners.some((listener) => listener.mentions(extensionPath));
    const version = before.slot?.version;
    if (!wasThere) await listenersForget(extensionPath, before.listeners, brief);
    else if (version !== undefined) {
      await until(brief, "", async () => {
        return (await readSlot(watch.admin, watch.deployment))?.version === version || undefined;
      });
    }
  } catch {
    // The error that led here says more.
  }
}
