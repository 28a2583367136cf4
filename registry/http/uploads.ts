import { type Digest, digestAlgorithm, isDigest, isRepository, RegistryError } from "#oci";
import type { AppendOptions, Upload } from "../blobs/blob-store.ts";
import { answerEmpty, body, type Exchange, type RegistryStores, type Resource } from "./exchange.ts";
import { freeChunk } from "./free-chunk.ts";
import { readChunkRange } from "./range.ts";
import { digestInvalid } from "./routes.ts";

interface UploadTarget {
  readonly repository: string;
  readonly upload: Upload;
}

/** `/v2/<name>/blobs/uploads/` (distribution-spec v1.1, "Pushing blobs", "Mounting a blob from another repository"). */
export const uploads: Resource<{ readonly repository: string }> = {
  async POST(stores, exchange, { repository }) {
    const digest = readDigest(exchange, "mount");
    if (digest && (await mount(stores, exchange, repository, digest))) {
      return answerEmpty(exchange, 201, blobHeaders(repository, digest));
    }
    const wanted = readDigest(exchange, "digest");
    const upload = await stores.blobs.start(repository);
    if (!wanted) return answerEmpty(exchange, 202, uploadHeaders(upload, 0));
    try {
      await receive(stores, exchange, upload, wanted);
      await commit(stores, exchange, upload, wanted);
    } catch (error) {
      // Nobody has been told of this upload, so nobody can resume it.
      await stores.blobs.cancel(upload).catch(() => undefined);
      throw error;
    }
  },
};

/** `/v2/<name>/blobs/uploads/<id>`: chunks, status, end and cancellation of one upload. */
export const upload: Resource<UploadTarget> = {
  async GET({ blobs }, exchange, { upload }) {
    answerEmpty(exchange, 204, uploadHeaders(upload, await blobs.received(upload)));
  },
  PATCH: (stores, exchange, { upload }) =>
    stores.turns.take(upload.id, async (signal) => {
      const receivedBytes = await receive(stores, exchange, upload, undefined, signal);
      answerEmpty(exchange, 202, uploadHeaders(upload, receivedBytes));
    }),
  PUT: (stores, exchange, { upload }) =>
    stores.turns.take(upload.id, async (signal) => {
      const digest = readDigest(exchange, "digest");
      if (!digest) throw new RegistryError("DIGEST_INVALID", { message: "the query has no digest" });
      await receive(stores, exchange, upload, digest, signal);
      await commit(stores, exchange, upload, digest);
    }),
  DELETE: (stores, exchange, { upload }) =>
    stores.turns.take(upload.id, async () => {
      await stores.blobs.cancel(upload);
      answerEmpty(exchange, 204, {});
    }),
};

/** Adds the request's body to the upload. A refused chunk is told where the upload stands. */
async function receive(
  stores: RegistryStores,
  exchange: Exchange,
  upload: Upload,
  digest: Digest | undefined,
  signal?: AbortSignal,
): Promise<number> {
  try {
    const options = appendOptions(exchange, digest);
    return await stores.blobs.append(upload, until(signal, exchange), options);
  } catch (error) {
    if (error instanceof RegistryError && error.status === 416) {
      const headers = uploadHeaders(upload, await stores.blobs.received(upload));
      for (const [name, value] of Object.entries(headers)) exchange.response.setHeader(name, value);
    }
    throw error;
  }
}

/** Makes the blob durable first, then visible in the repository. */
async function commit({ blobs, catalogue }: RegistryStores, exchange: Exchange, upload: Upload, digest: Digest) {
  const sizeBytes = await blobs.commit(upload, digest);
  await catalogue.linkBlob(upload.scope, digest, sizeBytes);
  answerEmpty(exchange, 201, blobHeaders(upload.scope, digest));
}

/**
 * Whoever may push here may read everything here, so a mount from any repository shows nobody what they could not pull.
 * Once repositories have readers of their own, `from`, or all that show the blob, must be asked.
 *
 * @returns false when the blob is not there: the specification then starts an upload
 */
async function mount(stores: RegistryStores, exchange: Exchange, repository: string, digest: Digest): Promise<boolean> {
  const from = exchange.query.get("from") ?? undefined;
  if (from !== undefined && !isRepository(from)) {
    throw new RegistryError("NAME_INVALID", { detail: { name: from } });
  }
  return (await stores.blobs.size(digest)) !== undefined && stores.catalogue.mountBlob(repository, digest, from);
}

function appendOptions(exchange: Exchange, digest: Digest | undefined): AppendOptions {
  const hint = exchange.query.get("digest-algorithm");
  const algorithm = digest ? digestAlgorithm(digest) : hint === "sha512" ? hint : "sha256";
  const header = exchange.request.headers["content-range"];
  if (header === undefined) return { algorithm };
  const range = readChunkRange(header);
  if (!range) {
    throw new RegistryError("BLOB_UPLOAD_INVALID", { message: `not a Content-Range: ${JSON.stringify(header)}` });
  }
  const length = exchange.request.headers["content-length"];
  if (length !== undefined && Number(length) !== range.last - range.first + 1) {
    throw new RegistryError("SIZE_INVALID", { detail: { contentRange: header, contentLength: length } });
  }
  return { offsetBytes: range.first, algorithm };
}

/** The body, until a newer request takes over. A chunk is good until the next one is asked for. */
async function* until(signal: AbortSignal | undefined, exchange: Exchange): AsyncGenerator<Uint8Array> {
  const stop = (): void => void exchange.request.destroy(signal?.reason as Error);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of body(exchange)) {
      yield chunk;
      freeChunk(chunk);
    }
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function readDigest(exchange: Exchange, parameter: "digest" | "mount"): Digest | undefined {
  const text = exchange.query.get(parameter);
  if (text === null) return undefined;
  if (!isDigest(text)) throw digestInvalid(text);
  return text;
}

/** `Range` says which bytes have been received; as in every registry, `0-0` stands for none and for one. */
function uploadHeaders(upload: Upload, receivedBytes: number): Record<string, string> {
  return {
    Location: `/v2/${upload.scope}/blobs/uploads/${upload.id}`,
    Range: `0-${Math.max(receivedBytes - 1, 0)}`,
    "Docker-Upload-UUID": upload.id,
  };
}

function blobHeaders(repository: string, digest: Digest): Record<string, string> {
  return { Location: `/v2/${repository}/blobs/${digest}`, "Docker-Content-Digest": digest };
}
