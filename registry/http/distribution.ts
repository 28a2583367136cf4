import type { IncomingMessage, ServerResponse } from "node:http";
import { RegistryError } from "#oci";
import { blobs } from "./blobs.ts";
import { catalog } from "./catalog.ts";
import { answerJson, type Exchange, type Method, type RegistryStores, type Resource } from "./exchange.ts";
import { manifests } from "./manifests.ts";
import { referrers } from "./referrers.ts";
import { findRoute, type Route } from "./routes.ts";
import { tags } from "./tags.ts";
import { upload, uploads } from "./uploads.ts";

/** `/v2/`: says that this is a registry (distribution-spec v1.1, "Determining Support"). */
const base: Resource<unknown> = {
  GET: async (_stores, exchange) => answerJson(exchange, {}, {}),
  HEAD: async (_stores, exchange) => answerJson(exchange, {}, {}),
};

/**
 * Answers a request below `/v2/`.
 *
 * @throws {RegistryError} when the answer is an error
 */
export async function serveDistribution(
  stores: RegistryStores,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path, search] = splitOnce(request.url ?? "", "?");
  const exchange: Exchange = { request, response, query: new URLSearchParams(search) };
  const route = findRoute(path);
  await handle(stores, exchange, route);
}

function handle(stores: RegistryStores, exchange: Exchange, route: Route): Promise<void> {
  switch (route.kind) {
    case "base":
      return serve(base, stores, exchange, route);
    case "catalog":
      return serve(catalog, stores, exchange, route);
    case "blob":
      return serve(blobs, stores, exchange, route);
    case "uploads":
      return serve(uploads, stores, exchange, route);
    case "upload":
      return serve(upload, stores, exchange, route);
    case "manifest":
      return serve(manifests, stores, exchange, route);
    case "tags":
      return serve(tags, stores, exchange, route);
    case "referrers":
      return serve(referrers, stores, exchange, route);
  }
}

async function serve<Target>(
  resource: Resource<Target>,
  stores: RegistryStores,
  exchange: Exchange,
  target: Target,
): Promise<void> {
  const method = exchange.request.method as Method;
  const handler = Object.hasOwn(resource, method) ? resource[method] : undefined;
  if (!handler) {
    exchange.response.setHeader("Allow", Object.keys(resource).join(", "));
    throw new RegistryError("UNSUPPORTED", { message: `${method} is not supported here` });
  }
  await handler(stores, exchange, target);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
