import { setTimeout as sleep } from "node:timers/promises";
import { DeployError } from "./errors.ts";
import { type Admin, readListeners, readSlot, type RunningListener, type RunningSlot } from "./running.ts";

export interface WatchOptions {
  readonly admin: Admin;
  readonly deployment: string;
  /** Milliseconds until Envoy must have taken one step. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const pauseMs = 30;
const reloadPatienceMs = 2_000;

/** Looks again and again until `look` returns something. @returns undefined when time is up */
export async function poll<T>(
  { timeoutMs, signal }: Pick<WatchOptions, "timeoutMs" | "signal">,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const limit = AbortSignal.timeout(timeoutMs);
  for (;;) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== undefined || limit.aborted) return found;
    await sleep(pauseMs, undefined, signal ? { signal } : {});
  }
}

/** As {@link poll}. @throws {DeployError} ENVOY_UNCHANGED when time is up */
export async function until<T>(
  options: Pick<WatchOptions, "timeoutMs" | "signal">,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const found = await poll(options, look);
  if (found !== undefined) return found;
  throw new DeployError("ENVOY_UNCHANGED", `${what} within ${options.timeoutMs / 1000} s`, {
    hint: "is this the Envoy that uses this bootstrap? Its log says more",
  });
}

/** `untried`: Envoy passed over what it had refused last, unchanged. */
export type Verdict = "taken" | "refused" | "untried";

/**
 * Waits for what Envoy makes of a version that was offered to it.
 *
 * @param before what {@link readSlot} said before the offer
 * @throws {DeployError} ENVOY_UNCHANGED
 */
export async function verdictOn(
  version: string,
  before: RunningSlot | undefined,
  options: WatchOptions,
): Promise<Verdict> {
  const { admin, deployment, signal } = options;
  const { refused = 0, reloads = 0 } = before ?? {};
  let namedAtMs: number | undefined;
  return until<Verdict>(options, `Envoy did not take up version ${version}`, async () => {
    const slot = await readSlot(admin, deployment, signal);
    if (!slot) return undefined;
    if (slot.refused > refused) return "refused";
    if (slot.version !== version) return undefined;
    if (slot.reloads > reloads || before?.version === version) return "taken";
    // A reload is counted once every worker has it. What is passed over takes the version's name too, but no reload comes.
    namedAtMs ??= performance.now();
    return performance.now() - namedAtMs > reloadPatienceMs ? "untried" : undefined;
  });
}

/**
 * Waits until new connections pass the slot on these listeners, of those that can change, and on no others.
 *
 * @param path of the slot's extension file
 * @param before whose refusals are old news; undefined: refusals do not matter
 * @throws {DeployError} ENVOY_REJECTED, ENVOY_UNCHANGED
 */
export async function listenersFollow(
  names: readonly string[],
  path: string,
  before: readonly RunningListener[] | undefined,
  options: WatchOptions,
): Promise<void> {
  await until(options, "Envoy did not bring its listeners up to date", async () => {
    const now = (await readListeners(options.admin, options.signal)).filter(({ isStatic }) => !isStatic);
    if (before) failOnRefusal(now, before);
    const isThere = names.every((name) => now.some((listener) => listener.name === name));
    const isRight = now.every((one) => one.isSettled && one.mentions(path) === names.includes(one.name));
    return (isThere && isRight) || undefined;
  });
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
