import { setTimeout as sleep } from "node:timers/promises";
import type { EnvoyAdmin } from "#envoy";
import { DeployError } from "./errors.ts";
import { findSlot, readRefusedListeners, type RunningSlot } from "./running.ts";

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
    await refusedListener(admin, signal);
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

async function refusedListener(admin: EnvoyAdmin, signal?: AbortSignal): Promise<void> {
  const ours = (await readRefusedListeners(admin, signal)).find(({ reason }) => reason.includes("wasm-hub."));
  if (ours) throw rejected(ours.reason, ours.name);
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
