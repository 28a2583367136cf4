import { type Logger, retry, silentLogger } from "#core";
import { Authorizer, type Scope } from "./authorizer.ts";
import { type CredentialSource, noCredentials } from "./credentials.ts";
import { ClientError } from "./errors.ts";
import { type Asked, refusal } from "./refusal.ts";

export interface TransportOptions {
  readonly credentials?: CredentialSource;
  /** `loopback` (default): HTTP without TLS only to this machine. `always`: to this registry too. */
  readonly plainHttp?: "loopback" | "always";
  readonly logger?: Logger;
  /** Milliseconds before the first retry; doubles each time. Default 200. */
  readonly retryDelayMs?: number;
}

export type Body = NonNullable<RequestInit["body"]>;

export interface Call {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "PATCH" | "DELETE";
  /** Below the registry's root (`/v2/…`), or a `Location` that it gave. */
  readonly url: string | URL;
  readonly scope: Scope;
  /** What is asked for, in words, for errors. */
  readonly what: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called anew for each attempt. */
  readonly body?: () => Body;
  readonly signal?: AbortSignal | undefined;
  /** Statuses that are an answer and not an error, apart from 2xx. */
  readonly expects?: readonly number[];
  /** Whether a failed attempt may be repeated as it is. Default true. */
  readonly isRepeatable?: boolean;
}

/** An attempt that failed in a way that may pass: kept apart so that only these are repeated. */
class TransientError extends Error {
  readonly failure: Error;
  readonly retryAfterMs: number | undefined;

  constructor(failure: Error, retryAfterMs?: number) {
    super(failure.message);
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}

const transientStatuses: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

/** HTTP to one registry: authorization, retries with back-off, errors in the specification's words. */
export class Transport {
  readonly host: string;
  readonly origin: URL;
  readonly logger: Logger;
  readonly #authorizer: Authorizer;
  readonly #retryDelayMs: number;

  constructor(host: string, options: TransportOptions = {}) {
    const { credentials = noCredentials, plainHttp = "loopback", logger = silentLogger, retryDelayMs = 200 } = options;
    this.host = host;
    this.origin = originOf(host, plainHttp);
    this.logger = logger;
    this.#retryDelayMs = retryDelayMs;
    this.#authorizer = new Authorizer({ host, credentials });
  }

  /**
   * Sends one request, again after failures that may pass.
   *
   * @returns an answer with 2xx or one of `expects`, its body unread
   * @throws {RegistryError} what the registry refused
   * @throws {ClientError} REGISTRY_UNREACHABLE, REGISTRY_FAILED
   */
  async send(call: Call): Promise<Response> {
    try {
      return await retry(() => this.#attempt(call), {
        attempts: call.isRepeatable === false ? 1 : 4,
        baseDelayMs: this.#retryDelayMs,
        signal: call.signal,
        isTransient: (error) => error instanceof TransientError,
        retryAfterMs: (error) => (error instanceof TransientError ? error.retryAfterMs : undefined),
        onRetry: (error, delayMs) => {
          this.logger.debug(`${(error as Error).message}; trying again`, { delayMs: Math.round(delayMs) });
        },
      });
    } catch (error) {
      throw error instanceof TransientError ? error.failure : error;
    }
  }

  async #attempt(call: Call): Promise<Response> {
    const asked: Asked = { host: this.host, what: call.what };
    let answer = await this.#fetch(call);
    const challenge = answer.headers.get("www-authenticate");
    if (answer.status === 401 && challenge !== null && this.#isOurs(call)) {
      if (await this.#authorizer.learn(challenge, call.scope, call.signal)) {
        await answer.body?.cancel();
        answer = await this.#fetch(call);
      }
    }
    if (answer.ok || call.expects?.includes(answer.status)) return answer;
    const error = await refusal(answer, asked);
    throw transientStatuses.includes(answer.status) ? new TransientError(error, retryAfterMs(answer)) : error;
  }

  async #fetch(call: Call): Promise<Response> {
    const { method, signal } = call;
    const url = new URL(call.url, this.origin);
    // An upload's Location may lead to another host, which must not see what this registry knows us by.
    const authorization = this.#isOurs(call) ? await this.#authorizer.header(call.scope, signal) : undefined;
    const headers = { "user-agent": "wasm-hub", ...call.headers, ...(authorization ? { authorization } : {}) };
    const body = call.body?.();
    // `fetch` follows a redirect without the credentials when it leaves the origin; what is sent is never redirected.
    const redirect = method === "GET" || method === "HEAD" ? "follow" : "error";
    this.logger.debug(`${method} ${url.origin}${url.pathname}`);
    try {
      return await fetch(url, {
        method,
        headers,
        redirect,
        signal: signal ?? null,
        ...(body === undefined ? {} : { body, duplex: "half" }),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new TransientError(unreachable(this.host, this.origin, cause));
    }
  }

  #isOurs(call: Call): boolean {
    return new URL(call.url, this.origin).origin === this.origin.origin;
  }
}

/** What a failed `fetch`, or a body that broke off, means for the person. */
export function unreachable(host: string, origin: URL, cause: unknown): ClientError {
  const { code = "", message = "" } = (cause instanceof Error ? (cause.cause ?? cause) : {}) as {
    code?: string;
    message?: string;
  };
  const [words, hint] = causeWords(code, origin) ?? [message || "the connection failed", undefined];
  return new ClientError("REGISTRY_UNREACHABLE", `cannot reach ${host}: ${words}`, {
    cause,
    hint,
    detail: { registry: host, ...(code ? { cause: code } : {}) },
  });
}

function causeWords(code: string, origin: URL): [words: string, hint: string] | undefined {
  if (code === "ECONNREFUSED")
    return ["nothing listens there", `start it (wasm hub serve --listen ${origin.host}), or check the address`];
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return ["the name is not known", "check the spelling and the network"];
  if (/^ERR_SSL|^ERR_TLS|^EPROTO|CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return [
      `TLS failed (${code})`,
      "if the registry speaks HTTP without TLS, add --plain-http; for a private authority set NODE_EXTRA_CA_CERTS",
    ];
  }
  if (code === "ECONNRESET" || code === "UND_ERR_SOCKET" || code === "EPIPE")
    return ["the connection broke", "try again"];
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return ["it does not answer in time", "check the network, or try again"];
  return undefined;
}

/** @returns `http:` for this machine, or when it is asked for; else `https:` */
export function originOf(host: string, plainHttp: "loopback" | "always"): URL {
  const name = new URL(`http://${host}`).hostname;
  const isLoopback = name === "localhost" || name === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(name);
  const scheme = isLoopback || plainHttp === "always" ? "http" : "https";
  // The one host whose name in references is not its address.
  return new URL(`${scheme}://${host === "docker.io" ? "registry-1.docker.io" : host}`);
}

function retryAfterMs(answer: Response): number | undefined {
  const value = answer.headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(seconds, 0) * 1000 : undefined;
}
