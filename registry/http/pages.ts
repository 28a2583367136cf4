import { RegistryError } from "#oci";
import type { Page } from "../catalogue/catalogue.ts";
import type { Exchange } from "./exchange.ts";

/** Entries that one answer holds at most, however many are asked for. */
const largestPage = 10_000;

/** Reads `n` and `last`. @throws {RegistryError} UNSUPPORTED with status 400 when `n` is not a number */
export function readPage({ query }: Exchange): Page {
  const n = query.get("n");
  if (n !== null && !/^\d{1,9}$/.test(n)) {
    throw new RegistryError("UNSUPPORTED", {
      status: 400,
      message: `n is not a number of entries: ${JSON.stringify(n)}`,
    });
  }
  const limit = Math.min(n === null ? largestPage : Number(n), largestPage);
  return { after: query.get("last") ?? undefined, limit };
}

/**
 * Takes the entries of one page from a list that was read further than that, and says where the next page is.
 *
 * @param name the field by which the list is ordered
 * @returns `Link` as in RFC 8288, relative; absent on the last page
 */
export function cutPage<Entry>(
  exchange: Exchange,
  entries: readonly Entry[],
  limit: number,
  name: (entry: Entry) => string,
): { entries: readonly Entry[]; headers: Record<string, string> } {
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  if (entries.length <= limit || last === undefined) return { entries: page, headers: {} };
  const query = new URLSearchParams(exchange.query);
  query.set("last", name(last));
  const path = (exchange.request.url ?? "").split("?", 1)[0];
  return { entries: page, headers: { Link: `<${path}?${query.toString()}>; rel="next"` } };
}
