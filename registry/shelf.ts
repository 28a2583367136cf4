import type { FilterDetails, RepositoryDetails, Shelf } from "#hub";
import {
  type ContentReader,
  type Descriptor,
  isManifest,
  isRepository,
  parseManifest,
  readAll,
  RegistryError,
} from "#oci";
import { readFilterImage, referrerTypes } from "#oci/image";
import type { BlobReader } from "./blobs/blob-store.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";

const mostTags = 100;
const mostReferrers = 50;

/** Shows what the catalogue and the blob store hold to the site. */
export function shelf(catalogue: Catalogue, blobs: BlobReader): Shelf {
  return {
    async search(text, part) {
      const { total, found } = await catalogue.findRepositories({ text, ...part });
      return {
        total,
        found: found.map(({ name, description, tagCount, newest }) => ({
          name,
          description,
          tagCount,
          newestTag: newest.tag,
          pushedAt: newest.pushedAt,
        })),
      };
    },
    async repository(name) {
      const tags = isRepository(name) ? await tagsOf(catalogue, name) : [];
      const [newest] = tags;
      if (!newest) return undefined;
      const reader = repositoryReader(catalogue, blobs, name);
      const stored = await catalogue.manifest(name, newest.digest);
      const manifest: Descriptor = {
        mediaType: stored.mediaType,
        digest: stored.digest,
        size: stored.bytes.byteLength,
      };
      const { annotations = {} } = parseManifest(stored.bytes, stored.mediaType);
      const referrers = await catalogue.referrers(name, newest.digest, { limit: mostReferrers });
      const attached = async (type: string): Promise<string | undefined> =>
        readAttached(reader, await catalogue.newestReferrer(name, newest.digest, type));
      return {
        name,
        tags: tags.map(({ tag, digest, pushedAt, contentSizeBytes }) => ({
          tag,
          digest,
          pushedAt,
          sizeBytes: contentSizeBytes,
        })),
        filter: await describeFilter(reader, manifest, await attached(referrerTypes.configSchema)),
        annotations,
        referrers: referrers.map(({ artifactType = "", digest }) => ({ artifactType, digest })),
        readme: await attached(referrerTypes.readme),
      } satisfies RepositoryDetails;
    },
  };
}

async function tagsOf(catalogue: Catalogue, name: string): ReturnType<Catalogue["taggedManifests"]> {
  try {
    return await catalogue.taggedManifests(name, { skip: 0, limit: mostTags });
  } catch (error) {
    if (error instanceof RegistryError && error.code === "NAME_UNKNOWN") return [];
    throw error;
  }
}

/** A repository may hold anything: what is not a filter is shown without a filter's facts. */
async function describeFilter(
  reader: ContentReader,
  manifest: Descriptor,
  configSchema: string | undefined,
): Promise<FilterDetails | undefined> {
  try {
    const { format, layer, moduleDigest, runtimeConfig } = await readFilterImage(reader, manifest);
    const { abiVersions = [], config } = runtimeConfig ?? {};
    return {
      format,
      moduleSizeBytes: layer.size,
      moduleDigest,
      abiVersions,
      rootIds: config?.rootIds ?? [],
      configSchema,
    };
  } catch {
    return undefined;
  }
}

const largestAttachedBytes = 256 * 1024;

/** The text of a referrer's first layer. */
async function readAttached(reader: ContentReader, referrer: Descriptor | undefined): Promise<string | undefined> {
  if (!referrer) return undefined;
  try {
    const document = parseManifest(await readAll(reader, referrer), referrer.mediaType);
    const layer = "layers" in document ? document.layers[0] : undefined;
    return layer && (await readAll(reader, layer, { limitBytes: largestAttachedBytes })).toString("utf8");
  } catch {
    return undefined;
  }
}

function repositoryReader(catalogue: Catalogue, blobs: BlobReader, repository: string): ContentReader {
  return {
    has: async ({ digest }) => (await catalogue.blobSize(repository, digest)) !== undefined,
    async *open({ mediaType, digest }) {
      if (isManifest(mediaType)) yield (await catalogue.manifest(repository, digest)).bytes;
      else if ((await catalogue.blobSize(repository, digest)) === undefined) throw new RegistryError("BLOB_UNKNOWN");
      else yield* await blobs.open(digest);
    },
  };
}
