import type { EnvoyAdmin } from "#envoy";
import { slotName } from "./slot.ts";

/** What a running Envoy says of a slot. */
export interface RunningSlot {
  readonly name: string;
  /** `version_info` of what fills it; empty before the first. */
  readonly version: string;
  /** What Envoy said when it refused the last update, if it did. */
  readonly refused: { readonly version: string; readonly reason: string } | undefined;
}

/** Every filter that Envoy discovered (admin.v3.EcdsConfigDump). */
export async function readSlots(admin: EnvoyAdmin, signal?: AbortSignal): Promise<readonly RunningSlot[]> {
  const filters = (await admin.configDump("ecds_filters", signal)) as readonly RawFilter[];
  return filters.map(({ ecds_filter, version_info = "", error_state }) => ({
    name: ecds_filter?.name ?? error_state?.failed_configuration?.name ?? "",
    version: version_info,
    refused: error_state && { version: error_state.version_info ?? "", reason: error_state.details ?? "" },
  }));
}

/** Those of one deployment: empty when no listener of this Envoy has its slot. */
export async function findSlot(
  admin: EnvoyAdmin,
  deployment: string,
  signal?: AbortSignal,
): Promise<readonly RunningSlot[]> {
  return (await readSlots(admin, signal)).filter(({ name }) => name === slotName(deployment));
}

/** What a running Envoy says of a listener that it discovered. */
export interface RunningListener {
  readonly name: string;
  /** Whether connections go to a version of it that has the slot, and no other version waits to take over. */
  readonly hasSlot: boolean;
  /** What Envoy said when it refused the last update, if it did. */
  readonly refused: string | undefined;
}

/** Listeners of a discovery service or file (admin.v3.ListenersConfigDump). */
export async function readListeners(
  admin: EnvoyAdmin,
  deployment: string,
  signal?: AbortSignal,
): Promise<readonly RunningListener[]> {
  const listeners = (await admin.configDump("dynamic_listeners", signal)) as readonly RawListener[];
  return listeners.map(({ name = "", active_state, warming_state, error_state }) => ({
    name,
    hasSlot: warming_state === undefined && JSON.stringify(active_state ?? {}).includes(`"${slotName(deployment)}"`),
    refused: error_state?.details,
  }));
}

interface RawFilter {
  readonly version_info?: string;
  readonly ecds_filter?: { readonly name?: string };
  readonly error_state?: {
    readonly version_info?: string;
    readonly details?: string;
    readonly failed_configuration?: { readonly name?: string };
  };
}

interface RawListener {
  readonly name?: string;
  readonly active_state?: unknown;
  readonly warming_state?: unknown;
  readonly error_state?: { readonly details?: string };
}
