import type { IncomingMessage, ServerResponse } from "node:http";
import { errorCode, errorMessage, type Logger } from "#core";
import { RegistryError } from "#oci";
import { HubServerError, storageError } from "../errors.ts";

/**
 * Ends an answer with an error in the form of distribution-spec v1.1, "Error Codes". An answer that has begun is cut off,
 * so that nobody takes it for whole.
 */
export function answerError(request: IncomingMessage, response: ServerResponse, error: unknown, logger: Logger): void {
  const known = storageError(error);
  const isClientGone = request.destroyed && !request.complete;
  if (response.headersSent || isClientGone) {
    if (!isClientGone && !isBrokenPipe(known))
      logger.warn(`${request.method} ${request.url} broke off: ${errorMessage(known)}`);
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
  if (request.method === "HEAD") response.end();
  else response.end(body);
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
  if (error instanceof HubServerError) {
    return { status: error.code === "HUB_STORAGE_FULL" ? 507 : 500, code: error.code, message: error.message };
  }
  return { status: 500, code: "UNKNOWN", message: "the hub failed; its log says more" };
}

function isBrokenPipe(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE", "ABORT_ERR"].includes(errorCode(error) ?? "");
}
