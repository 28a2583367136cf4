import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Upstream {
  readonly port: number;
  close(): Promise<void>;
}

/** The service behind Envoy: answers every request with one line. */
export async function startUpstream(): Promise<Upstream> {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/plain");
    response.end(`upstream saw ${request.method} ${request.url}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
