import { retry } from "#core";
import { type ContentSource, type Descriptor, RegistryError, type TransferOptions, verified } from "#oci";
import { ClientError } from "./errors.ts";
import type { Scope } from "./authorizer.ts";
import type { Answer, Body } from "./http.ts";
import { TransientError } from "./transient.ts";
import type { Transport } from "./transport.ts";

interface UploadPoint {
  readonly location: URL;
  /** Bytes that the registry has. */
  readonly offsetBytes: number;
}

export interface UploadTarget {
  readonly repository: string;
  readonly scope: Scope;
}

const mostStalls = 3;

/**
 * Sends one blob (distribution-spec v1.1, "Pushing a blob monolithically"). When the connection breaks, the registry
 * is asked how much it has, and the rest follows as a chunk; when it does not know, all is sent again. Given up after
 * three new beginnings that had nothing more than the one before.
 */
export async function uploadBlob(
  transport: Transport,
  target: UploadTarget,
  content: Descriptor,
  source: ContentSource,
  options: TransferOptions = {},
): Promise<void> {
  const upload = new BlobUpload(transport, target, content, source, options);
  let point = await upload.start();
  let stalls = 0;
  try {
    await retry(
      async (attempt) => {
        if (attempt > 1) {
          stalls++;
          const found = (await upload.find(point)) ?? (await upload.start());
          if (found.offsetBytes > point.offsetBytes) stalls = 0;
          point = found;
        }
        await upload.send(point);
      },
      {
        attempts: Number.POSITIVE_INFINITY,
        baseDelayMs: transport.retryDelayMs,
        signal: options.signal,
        isTransient: (error) => stalls < mostStalls && !upload.hasSourceFailed && mayPass(error),
        retryAfterMs: (error) => (error instanceof TransientError ? error.retryAfterMs : undefined),
      },
    );
  } catch (error) {
    throw error instanceof TransientError ? error.failure : error;
  }
}

class BlobUpload {
  readonly #transport: Transport;
  readonly #target: UploadTarget;
  readonly #content: Descriptor;
  readonly #source: ContentSource;
  readonly #options: TransferOptions;
  #reportedBytes = 0;
  #sourceFailure: unknown;

  constructor(
    transport: Transport,
    target: UploadTarget,
    content: Descriptor,
    source: ContentSource,
    options: TransferOptions,
  ) {
    this.#transport = transport;
    this.#target = target;
    this.#content = content;
    this.#source = source;
    this.#options = options;
  }

  get hasSourceFailed(): boolean {
    return this.#sourceFailure !== undefined;
  }

  async start(): Promise<UploadPoint> {
    const algorithm = this.#content.digest.startsWith("sha512:") ? "?digest-algorithm=sha512" : "";
    const url = `/v2/${this.#target.repository}/blobs/uploads/${algorithm}`;
    const answer = await this.#send("POST", url, { "content-length": "0" });
    return { location: locationOf(answer, new URL(url, this.#transport.origin), this.#transport.host), offsetBytes: 0 };
  }

  /** @returns undefined when the upload is gone, or when it cannot be told where it stands */
  async find({ location }: UploadPoint): Promise<UploadPoint | undefined> {
    const answer = await this.#transport.send({
      ...this.#call,
      method: "GET",
      url: location,
      expects: [404, 405, 416],
    });
    answer.discard();
    const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(answer.header("range") ?? "")?.[1] ?? 0);
    // `0-0` is said for no byte and for one: both are cheaper to send again than to tell apart.
    if (!answer.ok || last === 0) return undefined;
    return { location: locationOf(answer, location, this.#transport.host), offsetBytes: last + 1 };
  }

  async send({ location, offsetBytes }: UploadPoint): Promise<void> {
    this.#report(offsetBytes);
    let end = location;
    if (offsetBytes > 0 && offsetBytes < this.#content.size) {
      const answer = await this.#send("PATCH", location, this.#chunkHeaders(offsetBytes), () =>
        this.#bytes(offsetBytes),
      );
      end = locationOf(answer, location, this.#transport.host);
    }
    const url = new URL(end);
    url.searchParams.set("digest", this.#content.digest);
    if (offsetBytes > 0) await this.#send("PUT", url, { "content-length": "0" });
    else await this.#send("PUT", url, this.#wholeHeaders(), () => this.#bytes(0));
  }

  async #send(
    method: "POST" | "PATCH" | "PUT",
    url: string | URL,
    headers: Record<string, string>,
    body?: () => Body,
  ): Promise<Answer> {
    const call = { ...this.#call, method, url, headers, ...(body ? { body } : {}) };
    try {
      // Bytes that were sent are not sent again before the registry was asked for them.
      const answer = await (method === "POST" ? this.#transport.send(call) : this.#transport.attempt(call));
      answer.discard();
      return answer;
    } catch (error) {
      // What broke the connection may have been our own source.
      throw this.#sourceFailure ?? error;
    }
  }

  get #call(): { scope: Scope; what: string; signal: AbortSignal | undefined } {
    return {
      scope: this.#target.scope,
      what: `${this.#target.repository} (pushing ${this.#content.digest})`,
      signal: this.#options.signal,
    };
  }

  #wholeHeaders(): Record<string, string> {
    return { "content-type": "application/octet-stream", "content-length": String(this.#content.size) };
  }

  #chunkHeaders(offsetBytes: number): Record<string, string> {
    const { size } = this.#content;
    return {
      "content-type": "application/octet-stream",
      "content-length": String(size - offsetBytes),
      "content-range": `${offsetBytes}-${size - 1}`,
    };
  }

  async *#bytes(offsetBytes: number): AsyncGenerator<Uint8Array> {
    const bytes = this.#source(offsetBytes);
    try {
      // A rest cannot be verified alone; the registry verifies the whole.
      for await (const chunk of offsetBytes === 0 ? verified(bytes, this.#content) : bytes) {
        this.#report(this.#reportedBytes + chunk.byteLength);
        yield chunk;
      }
    } catch (error) {
      this.#sourceFailure = error;
      throw error;
    }
  }

  #report(sentBytes: number): void {
    if (sentBytes !== this.#reportedBytes) this.#options.onBytes?.(sentBytes - this.#reportedBytes);
    this.#reportedBytes = sentBytes;
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof TransientError) return true;
  if (error instanceof ClientError) return error.code === "REGISTRY_UNREACHABLE";
  // The registry has lost the upload, or has more or less of it than it was thought to have.
  return error instanceof RegistryError && [404, 409, 416].includes(error.status);
}

/**
 * Where an upload goes on (distribution-spec v1.1, "Location"). May be relative, and may lead to another host. Whoever
 * reaches the registry by TLS sends nothing without; a registry that does not know of the TLS before it is forgiven.
 *
 * @throws {ClientError} REGISTRY_ANSWER_INVALID
 */
export function locationOf(answer: Pick<Answer, "header">, base: URL, host: string): URL {
  const text = answer.header("location") ?? "";
  if (text === "" || !URL.canParse(text, base.href)) {
    throw new ClientError(
      "REGISTRY_ANSWER_INVALID",
      `${host} began an upload without saying where (no Location header)`,
    );
  }
  const location = new URL(text, base);
  if (base.protocol !== "https:" || location.protocol === "https:") return location;
  if (location.hostname !== base.hostname) {
    throw new ClientError("REGISTRY_ANSWER_INVALID", `${host} wants an upload sent to ${location.origin}, without TLS`);
  }
  return new URL(`${base.origin}${location.pathname}${location.search}`);
}
