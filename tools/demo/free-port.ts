import { createServer, type AddressInfo } from "node:net";

/** A port of 127.0.0.1 that nobody listened on a moment ago. @param wanted 0 for any; rejects when that one is taken */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(wanted, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
