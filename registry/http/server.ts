import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Logger } from "#core";
import { challenge, demandPassword } from "../auth/basic.ts";
import type { Authenticator } from "../auth/htpasswd.ts";
import { answerError } from "./answer-error.ts";
import { serveDistribution } from "./distribution.ts";
import { type RegistryStores, waitsForContinue } from "./exchange.ts";

export interface HttpServerOptions {
  readonly stores: RegistryStores;
  /** Absent: everybody may do everything. */
  readonly authenticator: Authenticator | undefined;
  /** Answers everything that is not below `/v2/`: pages and the hub's own API. */
  readonly pages: RequestListener;
  readonly logger: Logger;
}

/** Milliseconds that a connection may be silent while it sends a request or takes an answer. */
const silentMs = 120_000;

/** The hub's HTTP server: the distribution API on `node:http` itself, everything else by `pages` (docs/decisions/0003). */
export function makeServer(options: HttpServerOptions): Server {
  // Uploads may take as long as they need, as long as something comes.
  const server = createServer({ requestTimeout: 0, headersTimeout: 30_000, keepAliveTimeout: 30_000 });
  server.setTimeout(silentMs);
  server.on("request", (request, response) => void handle(options, request, response));
  server.on("checkContinue", (request, response) => {
    waitsForContinue(request);
    void handle(options, request, response);
  });
  return server;
}

async function handle(options: HttpServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { stores, authenticator, pages, logger } = options;
  const url = request.url ?? "";
  if (!/^\/v2(?:[/?]|$)/.test(url)) return pages(request, response);
  response.setHeader("Docker-Distribution-API-Version", "registry/2.0");
  try {
    if (authenticator) await demandPassword(authenticator, request);
    await serveDistribution(stores, request, response);
    logger.debug(`${request.method} ${url} ${response.statusCode}`);
  } catch (error) {
    if (!response.headersSent && (error as { code?: string }).code === "UNAUTHORIZED")
      response.setHeader("WWW-Authenticate", challenge);
    answerError(request, response, error, logger);
  }
}
