import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * A port of 127.0.0.1 that nobody listened on a moment ago. Below those that the system gives to outgoing connections, one
 * of which could take it before it is used.
 *
 * @param wanted asks for this one; rejects when it is taken
 */
export async function freePort(wanted?: number): Promise<number> {
  if (wanted !== undefined) return listenOnce(wanted);
  for (;;) {
    const port = await listenOnce(randomInt(12_000, 32_000)).catch(() => undefined);
    if (port !== undefined) return port;
  }
}

async function listenOnce(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
