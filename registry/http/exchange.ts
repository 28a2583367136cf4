import type { IncomingMessage, ServerResponse } from "node:http";
import type { Digest, RegistryError } from "#oci";
import type { BlobStore } from "../blobs/blob-store.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { UploadTurns } from "./upload-turns.ts";

/** What the distribution API works on. */
export interface RegistryStores {
  readonly blobs: BlobStore;
  readonly catalogue: Catalogue;
  readonly turns: UploadTurns;
}

/** One request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

/** Answers one method of one resource. @throws {RegistryError} to be sent as it says */
export type Handler<Target> = (stores: RegistryStores, exchange: Exchange, target: Target) => Promise<void>;

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** The methods that a resource has; any other is answered with 405. */
export type Resource<Target> = Readonly<Partial<Record<Method, Handler<Target>>>>;

/** The request's bytes. Leaving the loop early leaves the connection open, so that an error can still be sent. */
export function body({ request, response }: Exchange): AsyncIterable<Uint8Array> {
  if (waiting.delete(request)) response.writeContinue();
  return request.iterator({ destroyOnReturn: false });
}

/** The request's bytes, whole. @throws {RegistryError} `tooLarge` as soon as they are more than `limitBytes` */
export async function wholeBody(
  exchange: Exchange,
  limitBytes: number,
  tooLarge: () => RegistryError,
): Promise<Buffer> {
  if (Number(exchange.request.headers["content-length"]) > limitBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body(exchange)) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export type HeaderValues = Readonly<Record<string, string | number | readonly string[]>>;

/** Ends an answer that has no body. */
export function answerEmpty(exchange: Exchange, status: 201 | 202 | 204 | 304, headers: HeaderValues): void {
  // A 204 and a 304 have no length (RFC 9110, 8.6).
  const length = status === 204 || status === 304 ? {} : { "Content-Length": 0 };
  exchange.response.writeHead(status, { ...headers, ...length }).end();
}

/** Ends an answer whose body is in memory; to HEAD the headers alone are sent. */
export function answerBytes(exchange: Exchange, status: number, headers: HeaderValues, bytes: Uint8Array): void {
  const { request, response } = exchange;
  response.writeHead(status, { ...headers, "Content-Length": bytes.byteLength });
  if (request.method === "HEAD") response.end();
  else response.end(bytes);
}

export function answerJson(exchange: Exchange, headers: HeaderValues, value: unknown): void {
  answerBytes(exchange, 200, { "Content-Type": "application/json", ...headers }, Buffer.from(JSON.stringify(value)));
}

/** Headers of an answer that is about one blob or manifest. */
export function contentHeaders(digest: Digest): Record<string, string> {
  return { "Docker-Content-Digest": digest, ETag: etag(digest) };
}

export function etag(digest: Digest): string {
  return `"${digest}"`;
}

/** RFC 9110, 13.1.2. */
export function matchesEtag(request: IncomingMessage, digest: Digest): boolean {
  const wanted = request.headers["if-none-match"];
  if (wanted === undefined) return false;
  return wanted.split(",").some((tag) => ["*", etag(digest)].includes(tag.trim().replace(/^W\//, "")));
}

const waiting = new WeakSet<IncomingMessage>();

/** Remembers that the client sends the body only after `100 Continue`: see {@link body}. */
export function waitsForContinue(request: IncomingMessage): void {
  waiting.add(request);
}

export function isWaitingForContinue(request: IncomingMessage): boolean {
  return waiting.has(request);
}
