import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A request as a script sees it. */
export interface FakeRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  /** Reads the body whole. */
  body(): Promise<Buffer>;
  /** Reads about this much of the body. The rest stays unread. */
  bodyStart(sizeBytes: number): Promise<Buffer>;
}

/** What a script answers; `cut` breaks the connection without a word. */
export type FakeAnswer = "cut" | FakeResponse;

export interface FakeResponse {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Breaks the connection after this much of the body. */
  readonly cutAfterBytes?: number;
}

export type FakeScript = (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>;

/**
 * A registry that does what a test says. The real ones cannot stand in for it: it has to break connections at a
 * byte, lose uploads, lie about digests and leave headers out, each at a moment that the test chooses.
 */
export class FakeRegistry implements AsyncDisposable {
  /** `host:port` on the loopback. */
  readonly host: string;
  /** `METHOD path?query` in the order of arrival. */
  readonly asked: readonly string[];
  readonly #close: () => Promise<void>;

  private constructor(host: string, asked: readonly string[], close: () => Promise<void>) {
    this.host = host;
    this.asked = asked;
    this.#close = close;
  }

  static async start(script: FakeScript): Promise<FakeRegistry> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      void answer(script, request, response).catch(() => request.socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return new FakeRegistry(`127.0.0.1:${port}`, asked, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

async function answer(script: FakeScript, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const answered = await script({
    method: request.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: () => buffer(request),
    bodyStart: (sizeBytes) => start(request, sizeBytes),
  });
  if (answered === "cut") return void request.socket.destroy();
  const { status = 200, headers = {}, body = "", cutAfterBytes } = answered;
  const bytes = Buffer.from(body);
  const isHead = request.method === "HEAD";
  response.writeHead(status, { ...(isHead ? {} : { "content-length": String(bytes.byteLength) }), ...headers });
  if (isHead) return void response.end();
  if (cutAfterBytes === undefined) return void response.end(bytes);
  response.write(bytes.subarray(0, cutAfterBytes), () => request.socket.destroy());
}

async function start(request: IncomingMessage, sizeBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let read = 0; read < sizeBytes;) {
    const chunk = request.read() as Buffer | null;
    if (chunk === null) {
      await new Promise((resolve) => request.once("readable", resolve));
      continue;
    }
    chunks.push(chunk);
    read += chunk.byteLength;
  }
  return Buffer.concat(chunks);
}

/** The body of distribution-spec v1.1, "Error Codes". */
export function errorBody(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] });
}
