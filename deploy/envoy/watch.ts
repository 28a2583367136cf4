import { setTimeout as sleep } from "node:timers/promises";
import type { EnvoyAdmin } from "#envoy";
import { DeployError } from "./errors.ts";
import { readListeners, readSlot, type RunningListener, type RunningSlot } from "./running.ts";

export interface WatchOptions {
  readonly admin: EnvoyAdmin;
  readonly deployment: string;
  /** Milliseconds until Envoy must have taken one step. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const pauseMs = 30;
const reloadPatienceMs = 2_000;

/**
 * Looks again and again until `look` returns something.
 *
 * @throws {DeployError} ENVOY_UNCHANGED when time is up
 */
export async function until<T>(
  { timeoutMs, signal }: Pick<WatchOptions, "timeoutMs" | "signal">,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const limit = AbortSignal.timeout(timeoutMs);
  for (;;) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    if (limit.aborted) break;
    await sleep(pauseMs, undefined, signal ? { signal } : {});
  }
  throw new DeployError("ENVOY_UNCHANGED", `${what} within ${timeoutMs / 1000} s`, {
    hint: "is this the Envoy that uses this bootstrap? Its log says more",
  });
}

/** @returns whether Envoy took the version; false: it refused. @param before what {@link readSlot} said before it was offered */
export async function takesVersion(
  version: string,
  before: RunningSlot | undefined,
  options: WatchOptions,
): Promise<boolean> {
  const { admin, deployment, signal } = options;
  const { refused = 0, reloads = 0 } = before ?? {};
  let namedAtMs: number | undefined;
  return until(options, `Envoy did not take up version ${version}`, async () => {
    const slot = await readSlot(admin, deployment, signal);
    if (!slot) return undefined;
    if (slot.refused > refused) return false;
    if (slot.version !== version) return undefined;
    if (slot.reloads > reloads || before?.version === version) return true;
    // The reload is counted once every worker has it. What was refused last and is offered again unchanged gets the new
    // version's name too, but is not tried: then no reload comes.
    namedAtMs ??= performance.now();
    return performance.now() - namedAtMs > reloadPatienceMs ? false : undefined;
  });
}

/** Waits until new connections of listeners pass the slot. @throws {DeployError} ENVOY_REJECTED, ENVOY_UNCHANGED */
export async function listenersMention(
  names: readonly string[],
  path: string,
  before: readonly RunningListener[],
  options: WatchOptions,
): Promise<void> {
  const what = `Envoy did not bring the listener ${names.join(", ")} up to date`;
  await until(options, what, async () => {
    const now = (await readListeners(options.admin, options.signal)).filter(({ isStatic }) => !isStatic);
    failOnRefusal(now, before);
    const isIn = (name: string): boolean => now.some((other) => other.name === name && isUpToDate(other, path));
    return names.every(isIn) || undefined;
  });
}

/** Waits until no listener that can change has the slot. @throws {DeployError} ENVOY_REJECTED, ENVOY_UNCHANGED */
export async function listenersForget(
  path: string,
  before: readonly RunningListener[],
  options: WatchOptions,
): Promise<void> {
  await until(options, "Envoy did not take its listeners' old files up again", async () => {
    const now = (await readListeners(options.admin, options.signal)).filter(({ isStatic }) => !isStatic);
    failOnRefusal(now, before);
    return now.every((listener) => listener.isSettled && !listener.mentions(path)) || undefined;
  });
}

function isUpToDate(listener: RunningListener, path: string): boolean {
  return listener.isSettled && listener.mentions(path);
}

function failOnRefusal(now: readonly RunningListener[], before: readonly RunningListener[]): void {
  for (const { name, refused } of now) {
    const earlier = before.find((listener) => listener.name === name)?.refused;
    if (!refused || refused.at === earlier?.at) continue;
    throw new DeployError("ENVOY_REJECTED", `Envoy refused the changed listener ${name}: ${refused.reason.trim()}`, {
      hint: "everything has been put back; the listener runs on as it was",
      detail: { listener: name, words: refused.reason },
    });
  }
}
