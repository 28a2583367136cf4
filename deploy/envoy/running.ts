import type { EnvoyAdmin } from "#envoy";
import { slotName } from "./names.ts";

/** What a running Envoy says of a slot, in its statistics: `config_dump` shows a refused update as if it ran. */
export interface RunningSlot {
  /** `version_info` of what Envoy took last; undefined before the first. */
  readonly version: string | undefined;
  /** Updates that were refused, and those that were put into effect or tried, since Envoy began. */
  readonly refused: number;
  readonly reloads: number;
}

/** @returns undefined when no listener of this Envoy, not even one that drains, has the slot */
export async function readSlot(
  admin: EnvoyAdmin,
  deployment: string,
  signal?: AbortSignal,
): Promise<RunningSlot | undefined> {
  const prefix = `extension_config_discovery.http_filter.${slotName(deployment)}.`;
  const pattern = `^${prefix.replaceAll(".", "\\.")}(version_text|update_rejected|config_reload)$`;
  const stats = await admin.stats(pattern, signal);
  if (stats.size === 0) return undefined;
  const version = String(stats.get(`${prefix}version_text`) ?? "");
  return {
    version: version === "" ? undefined : version,
    refused: Number(stats.get(`${prefix}update_rejected`) ?? 0),
    reloads: Number(stats.get(`${prefix}config_reload`) ?? 0),
  };
}

/** What Envoy has counted of modules that it fetches itself. */
export interface FetchCounts {
  readonly hits: number;
  readonly failures: number;
}

export async function readFetchCounts(admin: EnvoyAdmin, signal?: AbortSignal): Promise<FetchCounts> {
  const stats = await admin.stats("^wasm\\.remote_load_", signal);
  const count = (name: string): number => Number(stats.get(`wasm.remote_load_${name}`) ?? 0);
  return { hits: count("cache_hits"), failures: count("fetch_failures") + count("cache_negative_hits") };
}

/** What a running Envoy says of a listener (admin.v3.ListenersConfigDump). */
export interface RunningListener {
  /** Empty when it has none. */
  readonly name: string;
  /** Static ones stay as they are until Envoy starts again. */
  readonly isStatic: boolean;
  /** Whether no newer version waits to take over. */
  readonly isSettled: boolean;
  /** What Envoy said when it refused the last update, if it did. */
  readonly refused: { readonly reason: string; readonly at: string } | undefined;
  /** Whether connections go to a version of it in which the text occurs, such as a path. */
  mentions(text: string): boolean;
}

export async function readListeners(admin: EnvoyAdmin, signal?: AbortSignal): Promise<readonly RunningListener[]> {
  const dynamic = (await admin.configDump("dynamic_listeners", signal)) as readonly RawListener[];
  const fixed = (await admin.configDump("static_listeners", signal)) as readonly { listener?: { name?: string } }[];
  return [
    ...dynamic.map(({ name = "", active_state, warming_state, error_state }) => ({
      name,
      isStatic: false,
      isSettled: warming_state === undefined && active_state !== undefined,
      refused: error_state && { reason: error_state.details ?? "", at: error_state.last_update_attempt ?? "" },
      mentions: finder(active_state),
    })),
    ...fixed.map(({ listener }) => ({
      name: listener?.name ?? "",
      isStatic: true,
      isSettled: true,
      refused: undefined,
      mentions: finder(listener),
    })),
  ];
}

function finder(config: unknown): (text: string) => boolean {
  const all = JSON.stringify(config ?? {});
  return (text) => all.includes(JSON.stringify(text));
}

interface RawListener {
  readonly name?: string;
  readonly active_state?: unknown;
  readonly warming_state?: unknown;
  readonly error_state?: { readonly details?: string; readonly last_update_attempt?: string };
}
