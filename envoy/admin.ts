import { EnvoyError } from "./errors.ts";

/** One configuration that Envoy got by extension config discovery. */
export interface DiscoveredExtension {
  readonly name: string;
  /** `version_info` of the configuration that runs; empty before the first. */
  readonly version: string;
  /** What Envoy said when it refused an update, if the last one was refused. */
  readonly refused: { readonly version: string; readonly reason: string } | undefined;
}

export interface ListenerStatus {
  readonly name: string;
  /** `host:port`, with the port that was taken. */
  readonly address: string;
}

/** Envoy's admin interface (envoyproxy.io, "Administration interface"). */
export class EnvoyAdmin {
  readonly url: URL;

  constructor(url: URL | string) {
    this.url = new URL(url);
  }

  /** Whether Envoy serves: `LIVE`, `PRE_INITIALIZING`, `INITIALIZING` or `DRAINING`. */
  async state(signal?: AbortSignal): Promise<string> {
    return (await this.#text("/ready", signal, [503])).trim();
  }

  async serverInfo(signal?: AbortSignal): Promise<{ readonly version: string; readonly state: string }> {
    const { version = "", state = "" } = (await this.#json("/server_info", signal)) as {
      version?: string;
      state?: string;
    };
    return { version: /\/(\d+\.\d+\.\d+[^/]*)\//.exec(version)?.[1] ?? version, state };
  }

  async listeners(signal?: AbortSignal): Promise<readonly ListenerStatus[]> {
    const document = (await this.#json("/listeners?format=json", signal)) as {
      listener_statuses?: readonly RawListener[];
    };
    return (document.listener_statuses ?? []).map(({ name, local_address }) => {
      const { address = "", port_value = 0 } = local_address?.socket_address ?? {};
      return { name, address: `${address}:${port_value}` };
    });
  }

  /** Extensions that were discovered, for HTTP filters of any listener; one entry a listener. */
  async extensions(signal?: AbortSignal): Promise<readonly DiscoveredExtension[]> {
    const document = (await this.#json("/config_dump", signal)) as { configs?: readonly RawDump[] };
    const filters = (document.configs ?? []).flatMap(({ ecds_filters = [] }) => ecds_filters);
    return filters.map(({ ecds_filter, version_info = "", error_state }) => ({
      name: ecds_filter?.name ?? "",
      version: version_info,
      refused: error_state && { version: error_state.version_info ?? "", reason: error_state.details ?? "" },
    }));
  }

  /** Counters and gauges whose name contains `filter`, a regular expression of Envoy's. */
  async stats(filter: string, signal?: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const path = `/stats?format=json&filter=${encodeURIComponent(filter)}`;
    const document = (await this.#json(path, signal)) as { stats?: readonly { name?: string; value?: number }[] };
    const entries = document.stats ?? [];
    return new Map(
      entries.flatMap(({ name, value }) => (name === undefined || value === undefined ? [] : [[name, value] as const])),
    );
  }

  async #json(path: string, signal?: AbortSignal): Promise<unknown> {
    return JSON.parse(await this.#text(path, signal));
  }

  async #text(path: string, signal?: AbortSignal, expects: readonly number[] = []): Promise<string> {
    try {
      const answer = await fetch(new URL(path, this.url), {
        signal: AbortSignal.any([AbortSignal.timeout(5_000), ...(signal ? [signal] : [])]),
      });
      const body = await answer.text();
      if (answer.ok || expects.includes(answer.status)) return body;
      throw new Error(`it answered ${answer.status} for ${path}`);
    } catch (cause) {
      signal?.throwIfAborted();
      const reason =
        cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause);
      throw new EnvoyError(
        "ENVOY_ADMIN_UNREACHABLE",
        `Envoy's admin interface at ${this.url.origin} does not answer: ${reason}`,
        {
          cause,
          hint: "is Envoy running, and is this its admin address? --admin names another",
          detail: { admin: this.url.origin },
        },
      );
    }
  }
}

interface RawListener {
  readonly name: string;
  readonly local_address?: { readonly socket_address?: { readonly address?: string; readonly port_value?: number } };
}

interface RawDump {
  readonly ecds_filters?: readonly {
    readonly version_info?: string;
    readonly ecds_filter?: { readonly name?: string };
    readonly error_state?: { readonly version_info?: string; readonly details?: string };
  }[];
}
