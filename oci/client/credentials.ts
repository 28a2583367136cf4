/** What a registry takes from a person: a name and a password, or a token that is exchanged for access tokens. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  /** Docker's `identitytoken`: an OAuth 2 refresh token. */
  | { readonly identityToken: string };

/** Knows credentials by registry host. */
export interface CredentialSource {
  /** @param host `host` or `host:port`, as in a reference */
  get(host: string): Promise<Credentials | undefined>;
}

/** Knows nobody. */
export const noCredentials: CredentialSource = { get: async () => undefined };

export function isIdentityToken(credentials: Credentials): credentials is { readonly identityToken: string } {
  return "identityToken" in credentials;
}

export function basicHeader(credentials: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
}
