import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** One HTTP/1.1 message's headers, trailers and body; header text is bytes as latin-1. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly trailers: Readonly<Record<string, string | undefined>>;
}

/** What the upstream got, as it tells in its answer's body. */
export interface Seen {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly trailers: Readonly<Record<string, string | undefined>>;
}

export interface Request {
  readonly path?: string;
  readonly method?: string;
  /** Byte for byte as latin-1; several values as an array. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
  readonly trailers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export function send(port: number, { path = "/", method, headers, body, trailers, signal }: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const verb = method ?? (body === undefined ? "GET" : "POST");
    const outgoing = httpRequest({
      host: "127.0.0.1",
      port,
      path,
      method: verb,
      agent: false,
      ...(signal && { signal }),
    });
    for (const [name, value] of Object.entries(headers ?? {})) outgoing.setHeader(name, value);
    if (trailers) outgoing.addTrailers(trailers);
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      read(response).then(resolve, reject);
    });
    outgoing.end(body);
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const body = await buffer(response);
  const [headers, trailers] = [joined(response.rawHeaders), joined(response.rawTrailers)];
  return { status: response.statusCode ?? 0, headers, body, trailers };
}

/** What reached the upstream through Envoy. */
export async function sendAndSee(port: number, request: Request): Promise<Seen> {
  const answer = await send(port, request);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.body.toString()}`);
  return JSON.parse(answer.body.toString("latin1")) as Seen;
}

/**
 * A server that tells in JSON what it got. To `x-answer: trailers` it answers with trailers, to `x-answer: text` with
 * "Hello" and "world" in two chunks.
 */
export async function startUpstream(): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    // A request that is reset half way, as some tests mean it to be, gets no answer.
    buffer(request).then(
      (body) => respond(request, body, response),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function respond(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  response.setHeader("x-upstream", "yes");
  const kind = request.headers["x-answer"];
  if (kind === "trailers") {
    response.setHeader("trailer", "x-check");
    response.write("body");
    response.addTrailers({ "x-check": "7", "x-gone": "1" });
    response.end();
  } else if (kind === "text") {
    response.setHeader("content-type", "text/plain");
    response.write("Hello ");
    setImmediate(() => response.end("world"));
  } else {
    const [headers, trailers] = [joined(request.rawHeaders), joined(request.rawTrailers)];
    const seen: Seen = { headers, body: body.toString("latin1"), trailers };
    response.end(Buffer.from(JSON.stringify(seen), "latin1"));
  }
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function joined(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? "").toLowerCase();
    const value = raw[i + 1] ?? "";
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}
