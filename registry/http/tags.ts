import { answerJson, type Exchange, type RegistryStores, type Resource } from "./exchange.ts";
import { cutPage, readPage } from "./pages.ts";

interface TagsTarget {
  readonly repository: string;
}

/** `/v2/<name>/tags/list` (distribution-spec v1.1, "Listing Tags"). */
export const tags: Resource<TagsTarget> = { GET: sendTags, HEAD: sendTags };

async function sendTags({ catalogue }: RegistryStores, exchange: Exchange, { repository }: TagsTarget): Promise<void> {
  const { after, limit } = readPage(exchange);
  const found = await catalogue.tags(repository, { after, limit: limit + 1 });
  const { entries, headers } = cutPage(exchange, found, limit, (tag) => tag);
  answerJson(exchange, headers, { name: repository, tags: entries });
}
