import type { Built, FilterName, Peer } from "./peer.ts";

/** What came of building one filter by each peer. */
export interface Builds {
  readonly built: ReadonlyMap<string, Built>;
  /** Why there is none, by the peer's name. */
  readonly missing: ReadonlyMap<string, string>;
}

export async function buildAll(peers: readonly Peer[], filter: FilterName, folder: string): Promise<Builds> {
  const built = new Map<string, Built>();
  const missing = new Map<string, string>();
  for (const peer of peers) {
    try {
      built.set(peer.name, await peer.build(filter, folder));
    } catch (error) {
      missing.set(peer.name, error instanceof Error ? error.message : String(error));
    }
  }
  return { built, missing };
}
