import type { FileChange } from "./changes.ts";
import { listenerNames } from "./connection-managers.ts";
import { DeployError } from "./errors.ts";
import { extensionText, passThroughFilter } from "./extension.ts";
import type { Journal } from "./journal.ts";
import type { DeployPlan } from "./plan.ts";
import { readListeners, readSlot, type RunningListener, type RunningSlot } from "./running.ts";
import { swap } from "./swap.ts";
import { listenersFollow, until, type WatchOptions } from "./watch.ts";

/** What an Envoy runs before a deploy. */
export interface Before {
  readonly listeners: readonly RunningListener[];
  readonly slot: RunningSlot | undefined;
}

export async function look({ admin, deployment, signal }: WatchOptions): Promise<Before> {
  return { listeners: await readListeners(admin, signal), slot: await readSlot(admin, deployment, signal) };
}

/** A deploy to an Envoy that runs. */
export class Rollout {
  readonly #plan: DeployPlan;
  readonly #journal: Journal;
  readonly #before: Before;
  readonly #watch: WatchOptions;

  constructor(plan: DeployPlan, journal: Journal, before: Before, watch: WatchOptions) {
    this.#plan = plan;
    this.#journal = journal;
    this.#before = before;
    this.#watch = watch;
  }

  /** @returns whether Envoy runs it, or has to be started again first */
  async run(): Promise<"running" | "restart-needed"> {
    const { slot, settings, obsolete } = this.#plan;
    const isKnown = this.#before.listeners.some((listener) => listener.mentions(slot.extensionPath));
    const isLive = isKnown || this.#watchedListeners().length > 0;
    await this.#write("module");
    await this.#write("record");
    if (!isLive) await this.#write("extension");
    await this.#write("clusters");
    if (isLive) await this.#demandCluster();
    if (this.#changed("listeners").length > 0 || (isLive && !isKnown)) await this.#openSlot(isKnown);
    await this.#write("bootstrap");
    if (isLive && !(await this.#runsAlready())) await swap(this.#journal, slot, settings, this.#watch);
    if (!isLive || this.#changed("bootstrap").length > 0) return "restart-needed";
    // Until now an old module was what ran.
    for (const { path } of obsolete) await this.#journal.write(path, undefined);
    return "running";
  }

  #changed(role: FileChange["role"]): readonly FileChange[] {
    return this.#plan.changes.filter((change) => change.role === role);
  }

  async #write(role: FileChange["role"]): Promise<void> {
    this.#watch.signal?.throwIfAborted();
    for (const { path, after } of this.#changed(role)) await this.#journal.write(path, after);
  }

  /** Of the listeners that the deployment is in, those in a file that Envoy watches. */
  #watchedListeners(): readonly string[] {
    const { listeners, snapshot } = this.#plan;
    const watched = snapshot.configs.filter(({ role }) => role === "listeners");
    const names = watched.flatMap(({ yaml }) => listenerNames(yaml));
    return listeners.filter((name) => names.includes(name));
  }

  /** Brings the listeners up to date. A file that has the slot already is written again for an Envoy that missed it. */
  async #openSlot(isKnown: boolean): Promise<void> {
    const { slot, snapshot } = this.#plan;
    // A slot is never empty: a listener that finds nothing in it answers every request with an error.
    if (!isKnown && !snapshot.own.has(slot.extensionPath)) {
      await this.#journal.write(slot.extensionPath, Buffer.from(extensionText(slot.name, passThroughFilter())));
    }
    for (const { path, role, yaml } of snapshot.configs) {
      if (role !== "listeners") continue;
      const change = this.#changed("listeners").find((change) => change.path === path);
      if (change || !isKnown) await this.#journal.write(path, change?.after ?? Buffer.from(yaml.text));
    }
    await listenersFollow(this.#watchedListeners(), slot.extensionPath, this.#before.listeners, this.#watch);
  }

  async #runsAlready(): Promise<boolean> {
    if (this.#changed("extension").length > 0) return false;
    const { admin, deployment, signal } = this.#watch;
    return (await readSlot(admin, deployment, signal))?.version === this.#plan.version;
  }

  /** A running Envoy learns of new clusters only from a file that it watches. */
  async #demandCluster(): Promise<void> {
    const { code } = this.#plan.settings;
    if (!("cluster" in code)) return;
    const { cluster } = code;
    const { admin, signal } = this.#watch;
    const isThere = async (): Promise<boolean> => (await admin.clusters(signal)).some(({ name }) => name === cluster);
    if (this.#changed("clusters").length > 0) {
      await until(this.#watch, `Envoy did not add the cluster ${cluster}`, async () => (await isThere()) || undefined);
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
}
