import { type Descriptor, type Digest, largestManifestBytes, mediaTypes } from "#oci";
import { answerJson, type Exchange, type RegistryStores, type Resource } from "./exchange.ts";
import { cutPage, readPage } from "./pages.ts";

interface ReferrersTarget {
  readonly repository: string;
  readonly digest: Digest;
}

/** `/v2/<name>/referrers/<digest>` (distribution-spec v1.1, "Listing Referrers"). */
export const referrers: Resource<ReferrersTarget> = { GET: sendReferrers, HEAD: sendReferrers };

/** Entries in one answer; their annotations can be large, so {@link fitting} may take fewer. */
const largestPage = 500;

async function sendReferrers(stores: RegistryStores, exchange: Exchange, target: ReferrersTarget): Promise<void> {
  const { after, limit } = readPage(exchange);
  const artifactType = exchange.query.get("artifactType") ?? undefined;
  const asked = Math.min(limit, largestPage);
  const found = await stores.catalogue.referrers(target.repository, target.digest, {
    after,
    limit: asked + 1,
    artifactType,
  });
  const { entries, headers } = cutPage(exchange, found, Math.min(asked, fitting(found)), ({ digest }) => digest);
  answerJson(
    exchange,
    {
      ...headers,
      "Content-Type": mediaTypes.imageIndex,
      ...(artifactType === undefined ? {} : { "OCI-Filters-Applied": "artifactType" }),
    },
    { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: entries },
  );
}

/** How many entries stay below the size that clients read of an index; at least one. */
function fitting(entries: readonly Descriptor[]): number {
  let sizeBytes = 200;
  let count = 0;
  for (const entry of entries) {
    sizeBytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (sizeBytes > largestManifestBytes && count > 0) break;
    count++;
  }
  return count;
}
