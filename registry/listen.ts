import type { Server } from "node:http";
import { type AddressInfo, isIPv4, isIPv6 } from "node:net";
import { errorCode, errorMessage } from "#core";
import { HubServerError } from "./errors.ts";

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host:port`, `[ipv6]:port` or `:port`.
 *
 * @throws {HubServerError} HUB_ADDRESS_UNAVAILABLE
 */
export function parseListen(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  if (!match || !(port <= 65_535)) {
    throw new HubServerError("HUB_ADDRESS_UNAVAILABLE", `not an address to listen on: ${JSON.stringify(text)}`, {
      hint: "such as 127.0.0.1:5000",
    });
  }
  return { host: match[1] ?? (match[2] || "127.0.0.1"), port };
}

export function isLoopback({ host }: ListenAddress): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/** @throws {HubServerError} HUB_PORT_IN_USE, HUB_ADDRESS_UNAVAILABLE */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<{ url: string; port: number }> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (cause) {
    const where = `${host}:${port}`;
    if (errorCode(cause) === "EADDRINUSE") {
      throw new HubServerError("HUB_PORT_IN_USE", `another process listens on ${where}`, {
        cause,
        hint: "choose another port with --listen; port 0 takes a free one",
        detail: { host, port },
      });
    }
    throw new HubServerError("HUB_ADDRESS_UNAVAILABLE", `cannot listen on ${where}: ${errorMessage(cause)}`, {
      cause,
      hint: "choose an address of this machine and a port above 1023 with --listen",
      detail: { host, port },
    });
  }
  const taken = (server.address() as AddressInfo).port;
  return { url: `http://${isIPv6(host) ? `[${host}]` : host}:${taken}`, port: taken };
}
