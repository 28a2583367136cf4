import type { Descriptor, Digest, Manifest } from "#oci";

/** Which blobs a repository shows. A blob in the store that is not linked here does not exist for its clients. */
export interface BlobLinks {
  /** @returns bytes of the blob; undefined when it is not linked */
  blobSize(repository: string, digest: Digest): Promise<number | undefined>;
  /** The blob must be in the blob store already. A second link of the same blob changes nothing. */
  linkBlob(repository: string, digest: Digest, sizeBytes: number): Promise<void>;
  /**
   * Links a blob that another repository shows.
   *
   * @param from absent: any repository
   * @returns whether it was found there
   */
  mountBlob(repository: string, digest: Digest, from?: string): Promise<boolean>;
  /** @throws {RegistryError} BLOB_UNKNOWN; UNSUPPORTED while a manifest of the repository needs the blob */
  unlinkBlob(repository: string, digest: Digest): Promise<void>;
}

export interface Manifests {
  /** @throws {RegistryError} MANIFEST_UNKNOWN */
  manifest(repository: string, tagOrDigest: string): Promise<StoredManifest>;
  /**
   * Makes a manifest visible, and moves the tags to it, in one step.
   *
   * @throws {RegistryError} MANIFEST_BLOB_UNKNOWN when the repository lacks something that the manifest points at;
   *   MANIFEST_INVALID when it points at it with a wrong size
   */
  putManifest(repository: string, manifest: PushedManifest, tags: readonly string[]): Promise<void>;
  /**
   * Removes a manifest and the tags that point at it.
   *
   * @throws {RegistryError} MANIFEST_UNKNOWN; UNSUPPORTED while an index of the repository lists it
   */
  deleteManifest(repository: string, digest: Digest): Promise<void>;
  /** Manifests whose `subject` is this digest, whether or not the subject exists; by digest. */
  referrers(repository: string, subject: Digest, query: ReferrersQuery): Promise<readonly Descriptor[]>;
  /** Of the referrers of one type, the one that was pushed last. */
  newestReferrer(repository: string, subject: Digest, artifactType: string): Promise<Descriptor | undefined>;
}

export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface PushedManifest extends StoredManifest {
  /** What the bytes say. */
  readonly document: Manifest;
}

export interface ReferrersQuery extends Page {
  readonly artifactType?: string | undefined;
}

/** A part of a list that is ordered by the bytes of its entries' names. */
export interface Page {
  /** Only what comes after this name. */
  readonly after?: string | undefined;
  /** Entries at most. */
  readonly limit: number;
}

export interface Tags {
  /** @throws {RegistryError} NAME_UNKNOWN when the repository has no manifest */
  tags(repository: string, page: Page): Promise<readonly string[]>;
  /** Removes the tag and nothing else. @throws {RegistryError} MANIFEST_UNKNOWN */
  deleteTag(repository: string, tag: string): Promise<void>;
}

/** Repositories that have a manifest; one that has only received blobs does not show. */
export interface Repositories {
  repositories(page: Page): Promise<readonly string[]>;
  /** Those with a tag, the one that was pushed to last first. */
  findRepositories(search: RepositorySearch): Promise<RepositorySearchResult>;
  /** Tags, the one that was pushed last first. @throws {RegistryError} NAME_UNKNOWN when there is none */
  taggedManifests(repository: string, part: ListPart): Promise<readonly TaggedManifest[]>;
}

export interface RepositorySearch extends ListPart {
  /** Part of the name, in any case; empty: all. */
  readonly text: string;
}

export interface ListPart {
  /** Entries to leave out at the beginning. */
  readonly skip: number;
  readonly limit: number;
}

export interface RepositorySearchResult {
  /** All that match, also those not in {@link found}. */
  readonly total: number;
  readonly found: readonly FoundRepository[];
}

export interface FoundRepository {
  readonly name: string;
  /** `org.opencontainers.image.description` of the newest tag; empty when it has none. */
  readonly description: string;
  readonly tagCount: number;
  readonly newest: TaggedManifest;
}

export interface TaggedManifest {
  readonly tag: string;
  /** When the tag was last pushed. */
  readonly pushedAt: Date;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  /** Bytes of the manifest and of all that it points at. */
  readonly contentSizeBytes: number;
}

/** What the hub knows, apart from the blobs' bytes. Every change is on the disk when its promise resolves. */
export interface Catalogue extends BlobLinks, Manifests, Tags, Repositories {
  close(): Promise<void>;
}
