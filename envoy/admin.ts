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
      return (await this.#send("GET", "/ready", signal)).status === 200;
    } catch {
      signal?.throwIfAborted();
      return false;
    }
  }

  async serverInfo(signal?: AbortSignal): Promise<ServerInfo> {
    const path = "/server_info";
    const info: Partial<ServerInfo> = this.#parse(path, await this.#send("GET", path, signal));
    const version = /\/(\d+\.\d+\.\d+[^/]*)\//.exec(String(info.version))?.[1];
    if (version === undefined || !info.state) throw this.#failed("GET", path, "it does not say what it is");
    return { command_line_options: {}, ...info, state: info.state, version };
  }

  /** Those that are active now, with the ports that they got. */
  async listeners(signal?: AbortSignal): Promise<readonly EnvoyListener[]> {
    const statuses = await this.#list("/listeners?format=json", "listener_statuses", signal);
    return (statuses as readonly unknown[] as readonly ListenerStatus[]).map(
      ({ name, local_address: { socket_address: socket, pipe } = {} }) => {
        const port = socket?.port_value ?? 0;
        return { name, address: socket ? `${socket.address}:${port}` : (pipe?.path ?? ""), port };
      },
    );
  }

  /**
   * One part of the configuration that Envoy runs, as it prints it.
   *
   * @param resource a field of a section's dump, such as `ecds_filters`, `dynamic_listeners` or `static_listeners`
   */
  async configDump(resource: string, signal?: AbortSignal): Promise<readonly Entry[]> {
    const path = `/config_dump?resource=${encodeURIComponent(resource)}`;
    const answer = await this.#send("GET", path, signal);
    // Envoy answers 404 while no such section is there.
    return answer.status === 404 ? [] : this.#items(path, answer, "configs");
  }

  /** @param filter a regular expression (RE2) that is looked for in the names */
  async stats(filter: string, signal?: AbortSignal): Promise<Stats> {
    const path = `/stats?format=json&filter=${encodeURIComponent(filter)}`;
    const stats = await this.#list(path, "stats", signal);
    return new Map(
      (stats as readonly StatEntry[]).flatMap(({ name, value }) =>
        name === undefined || value === undefined ? [] : [[name, value] as const],
      ),
    );
  }

  async clusters(signal?: AbortSignal): Promise<readonly Entry[]> {
    return this.#list("/clusters?format=json", "cluster_statuses", signal);
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
    if (answer.status !== 200) throw this.#failed("POST", path, describe(answer));
  }

  async #list(path: string, field: string, signal: AbortSignal | undefined): Promise<readonly Entry[]> {
    return this.#items(path, await this.#send("GET", path, signal), field);
  }

  /** Envoy leaves a list out that is empty. */
  #items(path: string, answer: Answer, field: string): readonly Entry[] {
    const { [field]: items = [] } = this.#parse(path, answer);
    if (Array.isArray(items)) return items as Entry[];
    throw this.#failed("GET", path, `${field} is not a list`);
  }

  #parse(path: string, answer: Answer): Readonly<Record<string, unknown>> {
    if (answer.status !== 200) throw this.#failed("GET", path, describe(answer));
    try {
      const document: unknown = JSON.parse(answer.text);
      if (typeof document === "object" && document !== null) return document as Record<string, unknown>;
      throw new SyntaxError("it is not an object");
    } catch (cause) {
      throw this.#failed("GET", path, "an answer that is not JSON of Envoy's", cause);
    }
  }

  async #send(method: "GET" | "POST", path: string, signal: AbortSignal | undefined): Promise<Answer> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      const answer = await fetch(`${this.url}${path}`, {
        method,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      return { status: answer.status, text: await answer.text() };
    } catch (cause) {
      signal?.throwIfAborted();
      const why = timeout.aborted ? `it has not answered in ${this.#timeoutMs / 1000} seconds` : reason(cause);
      throw new EnvoyError("ENVOY_ADMIN_UNREACHABLE", `no Envoy admin interface answers at ${this.url}: ${why}`, {
        cause,
        hint: "check the address, and that Envoy runs; `admin:` in its bootstrap says where it listens",
        detail: { url: this.url },
      });
    }
  }

  #failed(method: string, path: string, why: string, cause?: unknown): EnvoyError {
    return new EnvoyError("ENVOY_ADMIN_FAILED", `${method} ${this.url}${path} failed: ${why}`, {
      cause,
      hint: "check that this is the address of an Envoy's admin interface",
      detail: { url: this.url, path },
    });
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function describe({ status, text }: Answer): string {
  return `${status} ${text.trim().slice(0, 300)}`.trim();
}

type Entry = Readonly<Record<string, unknown>>;

interface StatEntry {
  readonly name?: string;
  readonly value?: number | string;
}

interface ListenerStatus {
  readonly name: string;
  readonly local_address?: {
    readonly socket_address?: { readonly address: string; readonly port_value?: number };
    readonly pipe?: { readonly path: string };
  };
}

function reason(cause: unknown): string {
  return errorMessage(cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause);
}
