import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Logger } from "#core";
import { RegistryError } from "#oci";
import type { Gate } from "../auth/basic.ts";
import { answerError } from "./answer-error.ts";
import { serveDistribution } from "./distribution.ts";
import { type RegistryStores, waitsForContinue } from "./exchange.ts";

export interface HttpServerOptions {
  readonly stores: RegistryStores;
  /** Absent: everybody may do everything. */
  readonly gate: Gate | undefined;
  /** Answers everything that is not below `/v2/`: pages and the hub's own API. Asks for passwords itself. */
  readonly pages: RequestListener;
  readonly logger: Logger;
  readonly timeouts?: Timeouts;
}

/** Milliseconds after which a connection is given up. */
export interface Timeouts {
  /** For all headers of a request; the next check then answers 408. Default 30 000. */
  readonly headersMs?: number;
  /** Between two such checks. Default 10 000. */
  readonly checkEveryMs?: number;
  /** Without a byte in either direction, also in the middle of an upload or an answer. Default 120 000. */
  readonly silentMs?: number;
}

/** The hub's HTTP server: the distribution API on `node:http` itself, everything else by `pages` (docs/decisions/0003). */
export function makeServer(options: HttpServerOptions): Server {
  const { headersMs = 30_000, checkEveryMs = 10_000, silentMs = 120_000 } = options.timeouts ?? {};
  const server = createServer({
    headersTimeout: headersMs,
    connectionsCheckingInterval: checkEveryMs,
    keepAliveTimeout: 30_000,
    // Uploads may take as long as they need, as long as something comes.
    requestTimeout: 0,
  });
  server.setTimeout(silentMs);
  server.on("request", (request, response) => {
    // A client that keeps its connections open must not hold up the end: see stopServer.
    response.once("close", () => server.listening || request.socket.destroySoon());
    void handle(options, request, response);
  });
  server.on("checkContinue", (request, response) => {
    waitsForContinue(request);
    void handle(options, request, response);
  });
  return server;
}

async function handle(options: HttpServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { stores, gate, pages, logger } = options;
  const url = request.url ?? "";
  if (!/^\/v2(?:[/?]|$)/.test(url)) return pages(request, response);
  response.setHeader("Docker-Distribution-API-Version", "registry/2.0");
  try {
    if (gate) await pass(gate, request, response);
    await serveDistribution(stores, request, response);
    logger.debug(`${request.method} ${url} ${response.statusCode}`);
  } catch (error) {
    answerError(request, response, error, logger);
  }
}

async function pass(gate: Gate, { headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (await gate.admits(headers.authorization)) return;
  response.setHeader("WWW-Authenticate", gate.challenge);
  const message = headers.authorization === undefined ? {} : { message: "the name or the password is wrong" };
  throw new RegistryError("UNAUTHORIZED", message);
}

/** Takes no more connections, and waits for the requests that run; those that still run after `drainMs` are cut off. */
export async function stopServer(server: Server, drainMs: number): Promise<void> {
  const force = setTimeout(() => server.closeAllConnections(), drainMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(force);
}
