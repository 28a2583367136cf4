import type { IncomingMessage, ServerResponse } from "node:http";
import { errorMessage, type Logger } from "#core";
import { RegistryError } from "#oci";
import { HubServerError, storageError } from "../errors.ts";
import { isWaitingForContinue } from "./exchange.ts";

/** Milliseconds for which the rest of a refused body is still read. */
const lingerMs = 5_000;

/**
 * Ends an answer with an error in the form of distribution-spec v1.1, "Error Codes". An answer that has begun is cut off,
 * so that nobody takes it for whole.
 */
export function answerError(request: IncomingMessage, response: ServerResponse, error: unknown, logger: Logger): void {
  const known = storageError(error);
  const isClientGone = request.socket.destroyed;
  if (response.headersSent || isClientGone) {
    if (!isClientGone) logger.warn(`${request.method} ${request.url} broke off: ${errorMessage(known)}`);
    response.destroy();
    return;
  }
  const { status, code, message, detail } = describe(known);
  if (status >= 500)
    logger.error(`${request.method} ${request.url}: ${errorMessage(known)}`, {
      stack: known instanceof Error ? known.stack : undefined,
    });
  const body = Buffer.from(JSON.stringify({ errors: [{ code, message, ...(detail ? { detail } : {}) }] }));
  // What is left of the request's body would be taken for the next request.
  const close = request.complete ? {} : { Connection: "close" };
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.byteLength, ...close });
  if (request.method !== "HEAD") response.write(body);
  if (request.complete || isWaitingForContinue(request)) response.end();
  else endAfterBody(request, response);
}

/** Closing a connection on which bytes still arrive resets it, and a client that sends would never see the answer. */
function endAfterBody(request: IncomingMessage, response: ServerResponse): void {
  const timer = setTimeout(end, lingerMs);
  function end(): void {
    clearTimeout(timer);
    response.end();
  }
  request.once("end", end).once("close", end).resume();
}

interface Described {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly detail?: unknown;
}

function describe(error: unknown): Described {
  if (error instanceof RegistryError) {
    const { status, code, message, detail } = error;
    return { status, code, message, ...(Object.keys(detail).length > 0 ? { detail } : {}) };
  }
  if (error instanceof HubServerError && error.code === "HUB_STORAGE_FULL") {
    return { status: 507, code: error.code, message: error.message };
  }
  return { status: 500, code: "UNKNOWN", message: "the hub failed; its log says more" };
}
