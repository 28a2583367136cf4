import type { ServerResponse } from "node:http";
import { type Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { freeChunk } from "./free-chunk.ts";

/**
 * Sends a stream as an answer's body and ends the answer. Each chunk is freed when the system has taken it.
 *
 * @param bytes is destroyed when the client goes away
 */
export async function sendStream(bytes: Readable, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const sink = new Writable({
    highWaterMark: 0,
    write(chunk: Uint8Array, _encoding, done) {
      response.write(chunk, (error) => {
        freeChunk(chunk);
        done(error);
      });
    },
    final(done) {
      response.end(done);
    },
  });
  await pipeline(bytes, sink, { signal: gone.signal });
}
