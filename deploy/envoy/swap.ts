import { setTimeout as sleep } from "node:timers/promises";
import { DeployError } from "./errors.ts";
import { extensionText, extensionVersion, type FilterSettings, wasmFilter } from "./extension.ts";
import type { Journal } from "./journal.ts";
import type { Slot } from "./placement.ts";
import { readFetchCounts, readSlot } from "./running.ts";
import { takesVersion, type WatchOptions } from "./watch.ts";

type Filter = ReturnType<typeof wasmFilter>;

/**
 * Fills the slot with a filter, and waits until Envoy runs it. What ran before runs until then.
 *
 * @throws {DeployError} ENVOY_REJECTED, MODULE_FETCH_FAILED, ENVOY_UNCHANGED
 */
export async function swap(
  journal: Journal,
  slot: Slot,
  settings: FilterSettings,
  options: WatchOptions,
): Promise<void> {
  if ("url" in settings.code) await fetchInAdvance(journal, slot, settings, options);
  if (!(await offer(journal, slot, wasmFilter(settings), options))) throw rejected(slot);
}

/** Puts a filter into the watched file. @returns whether Envoy took it */
export async function offer(
  journal: Journal,
  slot: Slot,
  filter: Filter,
  options: WatchOptions,
  version = extensionVersion(filter),
): Promise<boolean> {
  const before = await readSlot(options.admin, options.deployment, options.signal);
  await journal.write(slot.extensionPath, Buffer.from(extensionText(slot.name, filter, version)));
  return takesVersion(version, before, options);
}

/**
 * Envoy puts a filter whose module it has yet to fetch into effect at once, without the module: requests would go by
 * unfiltered. So it is first offered with the order to refuse and fetch, until Envoy has the module.
 */
async function fetchInAdvance(
  journal: Journal,
  slot: Slot,
  settings: FilterSettings,
  options: WatchOptions,
): Promise<void> {
  const { admin, signal, timeoutMs } = options;
  const limit = AbortSignal.timeout(timeoutMs);
  for (let attempt = 1; !limit.aborted; attempt++) {
    const before = await readFetchCounts(admin, signal);
    const filter = wasmFilter(settings, { attempt });
    if (await offer(journal, slot, filter, options, `${extensionVersion(filter)}-fetch-${attempt}`)) return;
    const after = await readFetchCounts(admin, signal);
    // Envoy forgets its counts when no filter is left that counts.
    if (after.hits > Math.min(before.hits, after.hits - 1) && after.hits > 0 && after.hits !== before.hits)
      throw rejected(slot);
    // The first time it may be an earlier failure, which Envoy remembers for ten seconds.
    if (attempt > 1 && after.failures > 0 && after.failures !== before.failures)
      throw notFetched(settings, "it failed");
    await sleep(Math.min(1_000, 50 * 2 ** attempt), undefined, signal ? { signal } : {});
  }
  throw notFetched(settings, `it had not arrived after ${timeoutMs / 1000} s`);
}

function rejected(slot: Slot): DeployError {
  return new DeployError(
    "ENVOY_REJECTED",
    `Envoy refused ${slot.name}: it cannot load the filter, or the filter refuses its configuration`,
    {
      hint: "Envoy's log says why; with an Envoy program at hand (--envoy) the filter is tried first, and its words are shown",
      detail: { slot: slot.name },
    },
  );
}

function notFetched({ code }: FilterSettings, why: string): DeployError {
  const { url, cluster } = code as Extract<FilterSettings["code"], { url: string }>;
  return new DeployError("MODULE_FETCH_FAILED", `Envoy could not fetch ${url}: ${why}`, {
    hint: "Envoy has no credentials and follows no redirects: the repository must be public; or leave --mode remote out",
    detail: { url, cluster },
  });
}
