import type { IncomingMessage } from "node:http";
import { RegistryError } from "#oci";
import type { Authenticator } from "./htpasswd.ts";

/** What a client that is asked for a password is told (RFC 7617). */
export const challenge = 'Basic realm="WebAssembly Hub", charset="UTF-8"';

/**
 * Demands a name and a password of a request.
 *
 * @throws {RegistryError} UNAUTHORIZED; the answer then carries {@link challenge}
 */
export async function demandPassword(authenticator: Authenticator, request: IncomingMessage): Promise<void> {
  const given = readBasic(request.headers.authorization);
  if (given && (await authenticator.verify(given.username, given.password))) return;
  throw new RegistryError("UNAUTHORIZED", given ? { message: "the name or the password is wrong" } : {});
}

function readBasic(header: string | undefined): { username: string; password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
