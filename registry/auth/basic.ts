import type { Authenticator } from "./htpasswd.ts";

/** Decides who may send a request, by its `Authorization` header. */
export interface Gate {
  /** `WWW-Authenticate` for those that were not let in. */
  readonly challenge: string;
  admits(authorization: string | undefined): Promise<boolean>;
}

/** Lets in whoever gives a name and the password that belongs to it (RFC 7617). */
export function basicGate(authenticator: Authenticator): Gate {
  return {
    challenge: 'Basic realm="WebAssembly Hub", charset="UTF-8"',
    async admits(authorization) {
      const given = readBasic(authorization);
      return given !== undefined && authenticator.verify(given.username, given.password);
    },
  };
}

function readBasic(header: string | undefined): { username: string; password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
