import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { ClientError } from "./errors.ts";

/** What is sent: all at once, or piece by piece. */
export type Body = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether a redirect is followed, without the credentials when it leaves the origin. Default false. */
  readonly followsRedirects?: boolean;
}

/** An answer whose body is yet to be read, or to be discarded. */
export interface Answer {
  readonly status: number;
  /** Whether the status is 2xx. */
  readonly ok: boolean;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  /** A header by its lower-case name; several of one name are joined with commas. */
  readonly header: (name: string) => string | undefined;
  /** Fails when the connection breaks before its end. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of the body, for answers in which nothing else is of interest. */
  readonly discard: () => void;
}

const connectTimeoutMs = 10_000;
/** Without a byte in either direction. */
const idleTimeoutMs = 300_000;
const mostRedirects = 20;
const redirects: readonly number[] = [301, 302, 303, 307, 308];

/** What is not longer is read to its end, so that the connection can be used again. */
const worthReadingBytes = 64 * 1024;

/**
 * One request by `node:http`, with connections kept for the next: to load `fetch` takes longer than to push a filter.
 * Rejects with the system's error when there is no answer, or with the signal's reason.
 */
export async function send(url: URL, request: HttpRequest): Promise<Answer> {
  let { headers } = request;
  let from = url;
  for (let followed = 0; ; followed++) {
    const answer = await exchange(from, { ...request, headers });
    const to = request.followsRedirects && followed < mostRedirects ? redirectOf(answer) : undefined;
    if (!to) return answer;
    answer.discard();
    if (to.origin !== from.origin) {
      const { authorization: _, ...others } = headers;
      headers = others;
    }
    from = to;
  }
}

function redirectOf({ status, url, header, discard }: Answer): URL | undefined {
  if (!redirects.includes(status)) return undefined;
  try {
    return redirectTarget(url, header("location"));
  } catch (error) {
    discard();
    throw error;
  }
}

/**
 * Where a redirect leads; nowhere when its `Location` is no URL.
 *
 * @throws {ClientError} REGISTRY_ANSWER_INVALID when it leads from an address with TLS to one without
 */
export function redirectTarget(from: URL, location: string | undefined): URL | undefined {
  if (location === undefined || !URL.canParse(location, from.href)) return undefined;
  const to = new URL(location, from);
  if (from.protocol !== "https:" || to.protocol === "https:") return to;
  throw new ClientError("REGISTRY_ANSWER_INVALID", `${from.host} redirects to ${to.origin}, without TLS`);
}

async function exchange(url: URL, { method, headers, body, signal }: HttpRequest): Promise<Answer> {
  const options = { method, headers, timeout: idleTimeoutMs, ...(signal ? { signal } : {}) };
  // Half of the time that it takes to load HTTP is TLS.
  const open = url.protocol === "http:" ? requestHttp : (await import("node:https")).request;
  const request = open(url, options);
  limitSilence(request);
  const answered = once(request, "response") as Promise<[IncomingMessage]>;
  // What breaks after the answer's head is told by whoever reads the body.
  request.on("error", () => {});
  try {
    // A server may answer, and want no more, before all is sent.
    await Promise.race([answered, sendBody(request, body)]);
    const [response] = await answered;
    return answerOf(url, request, response);
  } catch (error) {
    request.destroy();
    signal?.throwIfAborted();
    throw error;
  }
}

async function sendBody(request: ClientRequest, body: Body | undefined): Promise<void> {
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    request.end(body);
    return;
  }
  let isOver = false;
  const end = (): void => void (isOver = true);
  request.once("response", end).once("close", end);
  for await (const chunk of body) {
    if (isOver) return;
    if (!request.write(chunk)) await roomOrEnd(request);
  }
  if (!isOver) request.end();
}

function roomOrEnd(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const events = ["drain", "response", "close"];
    const done = (): void => {
      for (const event of events) request.off(event, done);
      resolve();
    };
    for (const event of events) request.on(event, done);
  });
}

function answerOf(url: URL, request: ClientRequest, response: IncomingMessage): Answer {
  const { statusCode: status = 0, headers } = response;
  const isSent = (): boolean => request.writableFinished;
  return {
    status,
    ok: status >= 200 && status < 300,
    url,
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    body: bodyOf(request, response),
    discard: () => {
      const isShort = Number(headers["content-length"] ?? Number.POSITIVE_INFINITY) <= worthReadingBytes;
      if ((isShort || request.method === "HEAD") && isSent()) response.on("error", () => {}).resume();
      else request.destroy();
    },
  };
}

async function* bodyOf(request: ClientRequest, response: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* response as AsyncIterable<Uint8Array>;
  } finally {
    // The next request could not be told from the rest of this one.
    if (!request.writableFinished) request.destroy();
  }
}

function limitSilence(request: ClientRequest): void {
  const stop = (): void => void request.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" }));
  request.on("timeout", stop);
  const timer = setTimeout(stop, connectTimeoutMs);
  const isConnected = (): void => clearTimeout(timer);
  request.once("close", isConnected).once("socket", (socket) => {
    if (socket.connecting) socket.once("connect", isConnected);
    else isConnected();
  });
}
