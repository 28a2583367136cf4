/** What the site knows of the registry: everything that it shows comes through here. */
export interface Shelf {
  /** Repositories with a tag, the one that was pushed to last first. @param text part of the name; empty: all */
  search(text: string, part: Part): Promise<SearchResult>;
  /** @returns undefined when there is no such repository */
  repository(name: string): Promise<RepositoryDetails | undefined>;
}

export interface Part {
  /** Entries to leave out at the beginning. */
  readonly skip: number;
  readonly limit: number;
}

export interface SearchResult {
  /** All that match. */
  readonly total: number;
  readonly found: readonly RepositorySummary[];
}

export interface RepositorySummary {
  readonly name: string;
  /** Empty when the author gave none. */
  readonly description: string;
  readonly tagCount: number;
  readonly newestTag: string;
  readonly pushedAt: Date;
}

export interface RepositoryDetails {
  readonly name: string;
  /** The one that was pushed last first; at most a hundred. */
  readonly tags: readonly TagDetails[];
  /** Of the newest tag; undefined when it is not a filter. */
  readonly filter: FilterDetails | undefined;
  /** Of the newest tag. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly referrers: readonly { readonly artifactType: string; readonly digest: string }[];
  /** Text of the README that was pushed with the newest tag. */
  readonly readme: string | undefined;
}

export interface TagDetails {
  readonly tag: string;
  readonly digest: string;
  readonly pushedAt: Date;
  /** Bytes of the manifest and of all that it points at. */
  readonly sizeBytes: number;
}

export interface FilterDetails {
  readonly format: string;
  readonly moduleSizeBytes: number;
  readonly moduleDigest: string | undefined;
  readonly abiVersions: readonly string[];
  readonly rootIds: readonly string[];
  /** The configuration schema, as JSON. */
  readonly configSchema: string | undefined;
}
