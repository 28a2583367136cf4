import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What a server was asked. Text is bytes as latin-1. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
}

export interface CallServer {
  readonly port: number;
  readonly asked: readonly Asked[];
  /** What it has left unanswered. */
  readonly hanging: ServerResponse[];
  close(): Promise<void>;
}

/** A server that filters call: it answers by the path, and remembers what it was asked. */
export async function startCallServer(): Promise<CallServer> {
  const asked: Asked[] = [];
  const hanging: ServerResponse[] = [];
  const server = createServer((request, response) => {
    buffer(request).then(
      (body) => {
        const { method = "", url: path = "", rawHeaders: headers, rawTrailers: trailers } = request;
        asked.push({ method, path, headers, body: body.toString("latin1"), trailers });
        if (path === "/hang" || path === "/time-out") hanging.push(response);
        else answer(request, response);
        return undefined;
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { port: (server.address() as AddressInfo).port, asked, hanging, close };
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === "/reset") {
    response.writeHead(200, { "content-length": "100" });
    response.write("half");
    setImmediate(() => response.destroy());
    return;
  }
  response.setHeader("x-answer", "yes");
  response.setHeader("trailer", "x-check");
  response.write("an answer");
  response.addTrailers({ "x-check": "7" });
  response.end();
}
