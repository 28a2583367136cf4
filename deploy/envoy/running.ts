import type { EnvoyAdmin } from "#envoy";
import { slotName } from "./names.ts";

/** What of an Envoy's admin interface is needed here. */
export type Admin = Pick<EnvoyAdmin, "stats" | "configDump" | "clusters">;

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
  admin: Admin,
  deployment: string,
  signal?: AbortSignal,
): Promise<RunningSlot | undefined> {
  const prefix = `extension_config_discovery.http_filter.${slotName(deployment)}.`;
  const stats = await admin.stats(`^${quote(prefix)}(version_text|update_rejected|config_reload)$`, signal);
  if (stats.size === 0) return undefined;
  const version = String(stats.get(`${prefix}version_text`) ?? "");
  return {
    version: version === "" ? undefined : version,
    refused: Number(stats.get(`${prefix}update_rejected`) ?? 0),
    reloads: Number(stats.get(`${prefix}config_reload`) ?? 0),
  };
}

/** What became of the requests that Envoy sent to a cluster since it began, also those that it could not send. */
export interface ClusterRequests {
  readonly underWay: number;
  readonly completed: number;
  /** Those of them that reached a host. */
  readonly sent: number;
  /** How many ended with each status; Envoy's own is 503. */
  readonly byStatus: ReadonlyMap<number, number>;
}

export async function readClusterRequests(
  admin: Admin,
  cluster: string,
  signal?: AbortSignal,
): Promise<ClusterRequests> {
  // Statistics have no colons in their names.
  const prefix = `cluster.${cluster.replaceAll(/:\/{0,2}/g, "_")}.upstream_rq_`;
  const stats = await admin.stats(String.raw`^${quote(prefix)}(active|pending_active|completed|total|\d\d\d)$`, signal);
  const count = (name: string): number => Number(stats.get(`${prefix}${name}`) ?? 0);
  const statuses = [...stats.keys()].map((name) => name.slice(prefix.length)).filter((name) => /^\d+$/.test(name));
  return {
    underWay: count("active") + count("pending_active"),
    completed: count("completed"),
    sent: count("total"),
    byStatus: new Map(statuses.map((status) => [Number(status), count(status)])),
  };
}

/** For a regular expression. */
function quote(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** What a running Envoy says of a listener (admin.v3.ListenersConfigDump). */
export interface RunningListener {
  /** Its address when it has none. */
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

export async function readListeners(admin: Admin, signal?: AbortSignal): Promise<readonly RunningListener[]> {
  const dynamic = (await admin.configDump("dynamic_listeners", signal)) as readonly DynamicListener[];
  const fixed = (await admin.configDump("static_listeners", signal)) as readonly ListenerState[];
  return [
    ...dynamic.map(({ name = "", active_state, warming_state, error_state }) => ({
      // One without a name is given one at random.
      name: active_state ? nameOf(active_state) : name,
      isStatic: false,
      isSettled: warming_state === undefined && active_state !== undefined,
      refused: error_state && { reason: error_state.details ?? "", at: error_state.last_update_attempt ?? "" },
      mentions: finder(active_state),
    })),
    ...fixed.map((state) => ({
      name: nameOf(state),
      isStatic: true,
      isSettled: true,
      refused: undefined,
      mentions: finder(state),
    })),
  ];
}

function nameOf({ listener = {} }: ListenerState): string {
  const { address = "", port_value: port = "" } = listener.address?.socket_address ?? {};
  return listener.name || `${address}:${port}`;
}

function finder(config: unknown): (text: string) => boolean {
  const all = JSON.stringify(config ?? {});
  return (text) => all.includes(JSON.stringify(text));
}

interface ListenerState {
  readonly listener?: {
    readonly name?: string;
    readonly address?: { readonly socket_address?: { readonly address?: string; readonly port_value?: number } };
  };
}

interface DynamicListener {
  readonly name?: string;
  readonly active_state?: ListenerState;
  readonly warming_state?: unknown;
  readonly error_state?: { readonly details?: string; readonly last_update_attempt?: string };
}
