import { setTimeout as sleep } from "node:timers/promises";
import type { EnvoyAdmin } from "#envoy";
import { DeployError } from "./errors.ts";
import { findSlot, readListeners, type RunningSlot } from "./running.ts";
import { slotName } from "./slot.ts";

export interface WatchOptions {
  readonly admin: EnvoyAdmin;
  readonly deployment: string;
  /** Milliseconds until Envoy must run the new version. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called when Envoy refuses because it is still fetching the module. @returns the version that it is offered next */
  readonly onFetching?: () => Promise<string>;
}

const pauseMs = 50;

/**
 * Waits until new connections of listeners pass the slot.
 *
 * @param names empty names stand for listeners without one, which cannot be told apart
 * @throws {DeployError} ENVOY_UNCHANGED when time is up
 */
export async function waitForListeners(names: readonly string[], options: WatchOptions): Promise<void> {
  const { admin, deployment, timeoutMs, signal } = options;
  const limit = AbortSignal.timeout(timeoutMs);
  let waiting = names.filter((name) => name !== "");
  while (!limit.aborted) {
    const listeners = await readListeners(admin, deployment, signal);
    waiting = waiting.filter((name) => !listeners.some((listener) => listener.name === name && listener.hasSlot));
    if (waiting.length === 0) return;
    await sleep(pauseMs, undefined, signal ? { signal } : {});
  }
  throw new DeployError(
    "ENVOY_UNCHANGED",
    `Envoy did not bring the listener ${waiting.join(", ")} up to date within ${timeoutMs / 1000} s`,
    {
      hint: "is this the Envoy that uses this bootstrap? Its log says more",
      detail: { listeners: waiting },
    },
  );
}

/**
 * Waits until Envoy runs a version of a slot.
 *
 * @throws {DeployError} ENVOY_REJECTED with Envoy's words; ENVOY_UNCHANGED when time is up
 */
export async function waitForVersion(version: string, options: WatchOptions): Promise<void> {
  const { admin, deployment, timeoutMs, signal } = options;
  const limit = AbortSignal.timeout(timeoutMs);
  let wanted = version;
  let found: readonly RunningSlot[] = [];
  while (!limit.aborted) {
    signal?.throwIfAborted();
    found = await findSlot(admin, deployment, signal);
    if (found.length > 0 && found.every((slot) => slot.version === wanted)) return;
    const refused = found.map((slot) => slot.refused).find((reason) => reason?.version === wanted);
    if (refused && isFetching(refused.reason) && options.onFetching) {
      // Envoy keeps what it fetched: it is offered the same again until that is there.
      await sleep(10 * pauseMs, undefined, signal ? { signal } : {});
      wanted = await options.onFetching();
    } else if (refused) {
      throw rejected(refused.reason, wanted);
    }
    const listeners = await readListeners(admin, deployment, signal);
    const refusal = listeners.find((listener) => listener.refused?.includes(slotName(deployment)));
    if (refusal) throw rejected(refusal.refused ?? "", refusal.name);
    await sleep(pauseMs, undefined, signal ? { signal } : {});
  }
  const runs = found.map((slot) => slot.version || "nothing").join(", ") || "no such filter";
  throw new DeployError(
    "ENVOY_UNCHANGED",
    `Envoy did not take up version ${wanted} within ${timeoutMs / 1000} s; it runs ${runs}`,
    {
      hint: "is this the Envoy that uses this bootstrap? Its log says more",
      detail: { wanted, found },
    },
  );
}

function isFetching(reason: string): boolean {
  return /cache miss|fetch/i.test(reason);
}

function rejected(reason: string, what: string): DeployError {
  return new DeployError("ENVOY_REJECTED", `Envoy refused it: ${reason.trim() || "without a reason"}`, {
    hint: "Envoy's log says why: a filter that refuses its configuration logs its reason there. What was there before runs on",
    detail: { reason, version: what },
  });
}
