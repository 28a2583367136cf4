import { DeployError } from "./errors.ts";
import { extensionText, extensionVersion, type FilterSettings, wasmFilter } from "./extension.ts";
import { fetchInAdvance } from "./fetch.ts";
import type { Journal } from "./journal.ts";
import { readSlot } from "./running.ts";
import type { Slot } from "./slot.ts";
import { type Verdict, verdictOn, type WatchOptions } from "./watch.ts";

/**
 * Fills the slot with a filter, and waits until Envoy runs it. What ran before runs until then.
 *
 * @throws {DeployError} ENVOY_REJECTED, MODULE_FETCH_FAILED, ENVOY_UNCHANGED
 */
export async function swap(journal: Journal, slot: Slot, settings: FilterSettings, watch: WatchOptions): Promise<void> {
  const variant = (attempt: number): Promise<Verdict> => offer(journal, slot, wasmFilter(settings, { attempt }), watch);
  const last = (): Promise<Verdict> => offer(journal, slot, wasmFilter(settings), watch);

  const isHere = "file" in settings.code || (await fetchInAdvance(variant, settings.code, watch));
  let verdict = isHere ? await last() : "refused";
  if (verdict === "untried") {
    // Something else has to come between: Envoy refused this before, perhaps when it started without the module.
    await variant(1);
    verdict = await last();
  }
  if (verdict === "taken") return;
  throw new DeployError(
    "ENVOY_REJECTED",
    `Envoy refused ${slot.name}: it cannot load the filter, or the filter refuses its configuration`,
    {
      hint: "Envoy's log says why; with an Envoy program at hand (--envoy) the filter is tried first, and its words are shown",
      detail: { slot: slot.name },
    },
  );
}

/** Puts a filter into the watched file, and waits for what Envoy makes of it. */
export async function offer(
  journal: Journal,
  slot: Slot,
  filter: ReturnType<typeof wasmFilter>,
  watch: WatchOptions,
): Promise<Verdict> {
  const before = await readSlot(watch.admin, watch.deployment, watch.signal);
  await journal.write(slot.extensionPath, Buffer.from(extensionText(slot.name, filter)));
  return verdictOn(extensionVersion(filter), before, watch);
}
