import { answerJson, type Exchange, type RegistryStores, type Resource } from "./exchange.ts";
import { cutPage, readPage } from "./pages.ts";

/** `/v2/_catalog`: not in the specification, but every registry has it since Docker's (its HTTP API V2, "Listing Repositories"). */
export const catalog: Resource<unknown> = { GET: sendRepositories, HEAD: sendRepositories };

async function sendRepositories({ catalogue }: RegistryStores, exchange: Exchange): Promise<void> {
  const { after, limit } = readPage(exchange);
  const found = await catalogue.repositories({ after, limit: limit + 1 });
  const { entries, headers } = cutPage(exchange, found, limit, (name) => name);
  answerJson(exchange, headers, { repositories: entries });
}
