import { readBody } from "./body.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import { basicHeader, type Credentials, type CredentialSource, isIdentityToken } from "./credentials.ts";
import { ClientError } from "./errors.ts";
import { type HttpRequest, send } from "./http.ts";
import { refusal } from "./refusal.ts";
import { isTransientStatus, retryAfterMs, TransientError } from "./transient.ts";

export interface AuthorizerOptions {
  /** `host:port` as in references: the key of the credentials. */
  readonly host: string;
  /** Where the registry itself is. */
  readonly origin: URL;
  readonly credentials: CredentialSource;
}

/** What a request wants to do, in the words of token servers: `repository:me/filter:pull,push`. */
export type Scope = string;

const longestGuessMs = 60_000;
const longestTokenAnswerBytes = 1024 * 1024;

interface AccessToken {
  readonly header: string;
  readonly expiresAt: number;
}

/**
 * Makes `Authorization` headers for one registry. Nothing is sent before the registry has asked for it
 * (distribution's token specification, "Authenticating").
 */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #tokens = new Map<Scope, AccessToken>();
  #credentials: Promise<Credentials | undefined> | undefined;
  #basic: string | undefined;
  #realm: Challenge | undefined;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
  }

  /** The header for a request with this scope, if the registry is known to want one. */
  async header(scope: Scope, signal?: AbortSignal): Promise<string | undefined> {
    if (this.#basic) return this.#basic;
    const token = this.#tokens.get(scope);
    if (token && token.expiresAt > Date.now()) return token.header;
    return this.#realm && this.#fetchToken(this.#realm, scope, signal);
  }

  /**
   * Learns from a 401.
   *
   * @param request its scope, and the header with which it was refused
   * @returns the header for a second try; undefined when that would fail too
   */
  async learn(
    challenge: string,
    { scope, sent }: { readonly scope: Scope; readonly sent: string | undefined },
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const challenges = parseChallenges(challenge);
    const bearer = challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters.has("realm"));
    if (bearer) {
      this.#realm = bearer;
      this.#tokens.delete(scope);
      return this.#fetchToken(bearer, bearer.parameters.get("scope") ?? scope, signal, scope);
    }
    if (!challenges.some(({ scheme }) => scheme === "basic")) return undefined;
    const credentials = await this.#known();
    if (!credentials || isIdentityToken(credentials)) return undefined;
    // Of several requests at once each meets its own 401; only one that was sent with the password was refused.
    this.#basic = basicHeader(credentials);
    return this.#basic === sent ? undefined : this.#basic;
  }

  #known(): Promise<Credentials | undefined> {
    return (this.#credentials ??= this.#options.credentials.get(this.#options.host));
  }

  async #fetchToken(challenge: Challenge, asked: Scope, signal?: AbortSignal, kept = asked): Promise<string> {
    const { host } = this.#options;
    const realm = readRealm(challenge, this.#options);
    const service = challenge.parameters.get("service");
    const credentials = await this.#known();
    const answer = await send(...tokenRequest(realm, service, asked, credentials, signal)).catch((cause: unknown) => {
      signal?.throwIfAborted();
      const message = `the token server ${realm.origin} of ${host} does not answer`;
      throw new TransientError(new ClientError("REGISTRY_UNREACHABLE", message, { cause }));
    });
    if (!answer.ok) {
      const error = await refusal(answer, { host, what: asked === "" ? "a token" : `a token for ${asked}` });
      throw isTransientStatus(answer.status) ? new TransientError(error, retryAfterMs(answer)) : error;
    }
    const { token, seconds } = readToken(await readBody({ host, origin: realm }, answer, longestTokenAnswerBytes));
    if (token === undefined) {
      throw new ClientError("REGISTRY_ANSWER_INVALID", `the token server ${realm.origin} of ${host} sent no token`);
    }
    // Renewed early: a token must not run out on its way.
    const lifeMs = Math.max(seconds * 1000 * 0.9, 0) || longestGuessMs;
    const header = `Bearer ${token}`;
    this.#tokens.set(kept, { header, expiresAt: Date.now() + lifeMs });
    return header;
  }
}

/** Distribution's token specification, "Token Response Fields". */
function readToken(answer: Buffer): { readonly token: string | undefined; readonly seconds: number } {
  try {
    const document = JSON.parse(answer.toString("utf8")) as Record<string, unknown>;
    const token = document["token"] ?? document["access_token"];
    return { token: typeof token === "string" ? token : undefined, seconds: Number(document["expires_in"] ?? 60) };
  } catch {
    return { token: undefined, seconds: 0 };
  }
}

function readRealm(challenge: Challenge, { host, origin }: AuthorizerOptions): URL {
  const text = challenge.parameters.get("realm") ?? "";
  const realm = URL.canParse(text) ? new URL(text) : undefined;
  // Who reaches the registry by TLS must not be made to send the password without.
  if (realm?.protocol === "https:" || (realm?.protocol === "http:" && origin.protocol === "http:")) return realm;
  throw new ClientError(
    "REGISTRY_ANSWER_INVALID",
    `${host} names a token server that is not an https URL: ${JSON.stringify(text)}`,
  );
}

/** With a refresh token OAuth 2's POST, else the GET that every token server knows. */
function tokenRequest(
  realm: URL,
  service: string | undefined,
  scope: Scope,
  credentials: Credentials | undefined,
  signal: AbortSignal | undefined,
): [URL, HttpRequest] {
  if (credentials && isIdentityToken(credentials)) {
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: credentials.identityToken,
      scope,
      client_id: "wasm-hub",
    });
    if (service !== undefined) body.set("service", service);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return [realm, { method: "POST", headers, body: body.toString(), signal }];
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  for (const part of scope.split(" ").filter(Boolean)) url.searchParams.append("scope", part);
  const headers = credentials ? { authorization: basicHeader(credentials) } : {};
  return [url, { method: "GET", headers, signal }];
}
