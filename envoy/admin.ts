import { errorMessage } from "#core";
import { EnvoyError } from "./errors.ts";

/** By name. Text readouts are strings; histograms are left out. */
export type Stats = ReadonlyMap<string, number | string>;

export interface EnvoyListener {
  readonly name: string;
  /** `host:port`, with the port that it really has; or a socket's path. */
  readonly address: string;
  /** 0 for a socket in the file system. */
  readonly port: number;
}

export interface ServerInfo {
  readonly version: string;
  readonly state: "LIVE" | "DRAINING" | "PRE_INITIALIZING" | "INITIALIZING";
  readonly command_line_options: Readonly<Record<string, unknown>>;
  readonly node?: Readonly<Record<string, unknown>>;
}

/** The admin interface of a running Envoy (Envoy's documentation, "Administration interface"). */
export class EnvoyAdmin {
  /** Such as `http://127.0.0.1:9901`, without a slash at the end. */
  readonly url: string;
  readonly #timeoutMs: number;

  /** @param options.timeoutMs for one request. Default 5 000. */
  constructor(url: string, options: { readonly timeoutMs?: number } = {}) {
    this.url = (/^https?:\/\//.test(url) ? url : `http://${url}`).replace(/\/+$/, "");
    this.#timeoutMs = options.timeoutMs ?? 5_000;
  }

  /** Whether Envoy serves: false while it starts or drains, or when nothing answers. */
  async isReady(signal?: AbortSignal): Promise<boolean> {
    try {
      return (await this.#send("GET", "/ready", signal)).ok;
    } catch {
      signal?.throwIfAborted();
      return false;
    }
  }

  async serverInfo(signal?: AbortSignal): Promise<ServerInfo> {
    const info = (await this.#json("/server_info", signal)) as ServerInfo;
    return { ...info, version: /\/(\d+\.\d+\.\d+[^/]*)\//.exec(info.version)?.[1] ?? info.version };
  }

  /** Those that are active now, with the ports that they got. */
  async listeners(signal?: AbortSignal): Promise<readonly EnvoyListener[]> {
    const { listener_statuses: statuses = [] } = (await this.#json("/listeners?format=json", signal)) as {
      listener_statuses?: {
        name: string;
        local_address?: { socket_address?: SocketAddress; pipe?: { path: string } };
      }[];
    };
    return statuses.map(({ name, local_address: { socket_address: socket, pipe } = {} }) => {
      const port = socket?.port_value ?? 0;
      return { name, address: socket ? `${socket.address}:${port}` : (pipe?.path ?? ""), port };
    });
  }

  /**
   * One part of the configuration that Envoy runs, as it prints it.
   *
   * @param resource a field of a section's dump, such as `ecds_filters`, `dynamic_listeners` or `static_listeners`
   */
  async configDump(resource: string, signal?: AbortSignal): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const answer = await this.#send("GET", `/config_dump?resource=${encodeURIComponent(resource)}`, signal);
    // Envoy answers 404 while no such section is there.
    if (answer.status === 404) return [];
    const { configs = [] } = (await this.#body(answer, "/config_dump")) as { configs?: Record<string, unknown>[] };
    return configs;
  }

  /** @param filter a regular expression (RE2) that is looked for in the names */
  async stats(filter: string, signal?: AbortSignal): Promise<Stats> {
    const { stats = [] } = (await this.#json(`/stats?format=json&filter=${encodeURIComponent(filter)}`, signal)) as {
      stats?: { name?: string; value?: number | string }[];
    };
    return new Map(
      stats.flatMap(({ name, value }) => (name === undefined || value === undefined ? [] : [[name, value] as const])),
    );
  }

  async clusters(signal?: AbortSignal): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { cluster_statuses: statuses = [] } = (await this.#json("/clusters?format=json", signal)) as {
      cluster_statuses?: Record<string, unknown>[];
    };
    return statuses;
  }

  /** @param logger such as `wasm`; every logger when absent */
  async setLogLevel(level: string, logger?: string, signal?: AbortSignal): Promise<void> {
    await this.#post(logger === undefined ? `/logging?level=${level}` : `/logging?${logger}=${level}`, signal);
  }

  /** Has every listener finish its connections: HTTP/1.1 answers carry `connection: close`. */
  async drain(signal?: AbortSignal): Promise<void> {
    await this.#post("/drain_listeners?graceful", signal);
  }

  async #post(path: string, signal: AbortSignal | undefined): Promise<void> {
    const answer = await this.#send("POST", path, signal);
    const said = await answer.text();
    if (!answer.ok) throw this.#failed(path, `${answer.status} ${said.trim()}`);
  }

  async #json(path: string, signal: AbortSignal | undefined): Promise<unknown> {
    return this.#body(await this.#send("GET", path, signal), path);
  }

  async #body(answer: Response, path: string): Promise<unknown> {
    const text = await answer.text();
    if (!answer.ok) throw this.#failed(path, `${answer.status} ${text.trim().slice(0, 300)}`);
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw this.#failed(path, "an answer that is not JSON", cause);
    }
  }

  async #send(method: string, path: string, signal: AbortSignal | undefined): Promise<Response> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      return await fetch(`${this.url}${path}`, {
        method,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new EnvoyError(
        "ENVOY_ADMIN_UNREACHABLE",
        `no Envoy admin interface answers at ${this.url}: ${reason(cause)}`,
        {
          cause,
          hint: "check the address, and that Envoy runs; `admin:` in its bootstrap says where it listens",
          detail: { url: this.url },
        },
      );
    }
  }

  #failed(path: string, why: string, cause?: unknown): EnvoyError {
    return new EnvoyError("ENVOY_ADMIN_FAILED", `GET ${this.url}${path} failed: ${why}`, {
      cause,
      hint: "check that this is the address of an Envoy's admin interface",
      detail: { url: this.url, path },
    });
  }
}

interface SocketAddress {
  readonly address: string;
  readonly port_value?: number;
}

function reason(cause: unknown): string {
  return errorMessage(cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause);
}
