import { type Logger, retry, silentLogger } from "#core";
import { Authorizer, type Scope } from "./authorizer.ts";
import { type CredentialSource, noCredentials } from "./credentials.ts";
import { type Answer, type Body, send } from "./http.ts";
import { ClientError } from "./errors.ts";
import { type Asked, refusal } from "./refusal.ts";
import { isTransientStatus, retryAfterMs, TransientError } from "./transient.ts";
import { mayPass, unreachable } from "./unreachable.ts";

export interface TransportOptions {
  readonly credentials?: CredentialSource;
  /** `loopback` (default): HTTP without TLS only to this machine. `always`: to this registry too. */
  readonly plainHttp?: "loopback" | "always";
  readonly logger?: Logger;
  /** Milliseconds before the first retry; doubles each time. Default 200. */
  readonly retryDelayMs?: number;
}

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
}

/** HTTP to one registry: authorization, retries with back-off, errors in the specification's words. */
export class Transport {
  readonly host: string;
  readonly origin: URL;
  readonly logger: Logger;
  /** Milliseconds before the first retry. */
  readonly retryDelayMs: number;
  readonly #authorizer: Authorizer;

  constructor(host: string, options: TransportOptions = {}) {
    const { credentials = noCredentials, plainHttp = "loopback", logger = silentLogger, retryDelayMs = 200 } = options;
    this.host = host;
    this.origin = originOf(host, plainHttp);
    this.logger = logger;
    this.retryDelayMs = retryDelayMs;
    this.#authorizer = new Authorizer({ host, origin: this.origin, credentials });
  }

  /**
   * Sends one request, again after failures that may pass.
   *
   * @returns an answer with 2xx or one of `expects`, its body unread
   * @throws {RegistryError} what the registry refused
   * @throws {ClientError} REGISTRY_UNREACHABLE, REGISTRY_FAILED
   */
  async send(call: Call): Promise<Answer> {
    try {
      return await retry(() => this.attempt(call), {
        attempts: 4,
        baseDelayMs: this.retryDelayMs,
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

  /**
   * Sends one request once, for callers that know better how to repeat it.
   *
   * @throws {TransientError} around what may pass; apart from that as {@link send}
   */
  async attempt(call: Call): Promise<Answer> {
    const asked: Asked = { host: this.host, what: call.what };
    const url = new URL(call.url, this.origin);
    // An upload's Location may lead to another host, which must not see what this registry knows us by.
    const authorization = this.#isOurs(url) ? await this.#authorizer.header(call.scope, call.signal) : undefined;
    let answer = await this.#send(call, url, authorization);
    const challenge = answer.header("www-authenticate");
    // Nor may a host that a redirect led to name the place where our password is sent.
    if (answer.status === 401 && challenge !== undefined && this.#isOurs(answer.url)) {
      const learnt = await this.#authorizer.learn(challenge, { scope: call.scope, sent: authorization }, call.signal);
      if (learnt !== undefined) {
        answer.discard();
        answer = await this.#send(call, url, learnt);
      }
    }
    if (answer.ok || call.expects?.includes(answer.status)) return answer;
    const error = await refusal(answer, asked);
    throw isTransientStatus(answer.status) ? new TransientError(error, retryAfterMs(answer)) : error;
  }

  async #send(call: Call, url: URL, authorization: string | undefined): Promise<Answer> {
    const { method, signal } = call;
    // Content is verified as it is stored: nothing may compress it on its way, and sizes are those of the content.
    const common = { "user-agent": "wasm-hub", "accept-encoding": "identity" };
    const headers = { ...common, ...call.headers, ...(authorization ? { authorization } : {}) };
    this.logger.debug(`${method} ${url.origin}${url.pathname}`);
    try {
      // What is sent is never redirected.
      const followsRedirects = method === "GET" || method === "HEAD";
      return await send(url, { method, headers, body: call.body?.(), signal, followsRedirects });
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof ClientError) throw cause;
      const error = unreachable(this.host, this.origin, cause);
      throw mayPass(cause) ? new TransientError(error) : error;
    }
  }

  #isOurs(url: URL): boolean {
    return url.origin === this.origin.origin;
  }
}

/** @returns `http:` for this machine, or when it is asked for; else `https:` */
export function originOf(host: string, plainHttp: "loopback" | "always"): URL {
  const name = new URL(`http://${host}`).hostname;
  const isLoopback = name === "localhost" || name === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(name);
  const scheme = isLoopback || plainHttp === "always" ? "http" : "https";
  // The one host whose name in references is not its address.
  return new URL(`${scheme}://${host === "docker.io" ? "registry-1.docker.io" : host}`);
}
