import type { IncomingMessage } from "node:http";
import type { Digest } from "#oci";
import { blobUnknown } from "../blobs/refusals.ts";
import {
  answerBytes,
  answerEmpty,
  contentHeaders,
  etag,
  type Exchange,
  matchesEtag,
  type RegistryStores,
  type Resource,
} from "./exchange.ts";
import { readRange } from "./range.ts";
import { sendStream } from "./send-stream.ts";

interface BlobTarget {
  readonly repository: string;
  readonly digest: Digest;
}

/** `/v2/<name>/blobs/<digest>` (distribution-spec v1.1, "Pulling blobs", "Deleting Blobs"). */
export const blobs: Resource<BlobTarget> = {
  GET: sendBlob,
  HEAD: sendBlob,
  async DELETE({ catalogue }, exchange, { repository, digest }) {
    await catalogue.unlinkBlob(repository, digest);
    answerEmpty(exchange, 202, {});
  },
};

async function sendBlob({ blobs, catalogue }: RegistryStores, exchange: Exchange, target: BlobTarget): Promise<void> {
  const { request, response } = exchange;
  const { repository, digest } = target;
  const sizeBytes = await catalogue.blobSize(repository, digest);
  // The store is asked too: a client that is told of a blob whose file is lost or cut would not push it again.
  if (sizeBytes === undefined || (await blobs.size(digest)) !== sizeBytes) throw blobUnknown(digest);

  const headers = {
    ...contentHeaders(digest),
    "Accept-Ranges": "bytes",
    "Cache-Control": "max-age=31536000, immutable",
    "Content-Type": "application/octet-stream",
  };
  if (matchesEtag(request, digest)) return answerEmpty(exchange, 304, headers);
  const range = request.method === "GET" ? readRange(wantedRange(request, digest), sizeBytes) : "whole";
  if (range === "unsatisfiable") {
    return answerBytes(exchange, 416, { "Content-Range": `bytes */${sizeBytes}` }, Buffer.alloc(0));
  }
  if (request.method === "HEAD") {
    response.writeHead(200, { ...headers, "Content-Length": sizeBytes }).end();
    return;
  }
  const bytes = await blobs.open(digest, range === "whole" ? undefined : range);
  if (range === "whole") {
    response.writeHead(200, { ...headers, "Content-Length": sizeBytes });
  } else {
    const contentRange = `bytes ${range.first}-${range.last}/${sizeBytes}`;
    const length = range.last - range.first + 1;
    response.writeHead(206, { ...headers, "Content-Range": contentRange, "Content-Length": length });
  }
  await sendStream(bytes, response);
}

/** RFC 9110, 13.1.5: a client that began with other content wants all of this one. */
function wantedRange({ headers }: IncomingMessage, digest: Digest): string | undefined {
  const condition = headers["if-range"];
  return condition === undefined || condition === etag(digest) ? headers.range : undefined;
}
