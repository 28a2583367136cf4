import { setTimeout as sleep } from "node:timers/promises";
import type { TransferOptions } from "#oci";
import type { Call, Transport } from "./transport.ts";
import { unreachable } from "./unreachable.ts";

const mostFailuresWithoutProgress = 4;

/**
 * Streams a body; when the connection breaks it goes on from where it was, with a `Range` request
 * (distribution-spec v1.1, "Pulling blobs").
 *
 * @param absent makes the error for 404
 */
export async function* download(
  transport: Transport,
  call: Pick<Call, "url" | "scope" | "what" | "headers">,
  absent: () => Error,
  options: TransferOptions & { readonly offsetBytes?: number } = {},
): AsyncGenerator<Uint8Array> {
  const { signal, onBytes } = options;
  let position = options.offsetBytes ?? 0;
  for (let failures = 0; ;) {
    const range = position > 0 ? { range: `bytes=${position}-` } : {};
    const headers = { ...call.headers, ...range };
    const answer = await transport.send({ ...call, method: "GET", headers, signal, expects: [404, 416] });
    if (!answer.ok) answer.discard();
    if (answer.status === 404) throw absent();
    // Nothing is left from here on.
    if (answer.status === 416) return;
    // A registry may ignore the range and send all.
    let skipBytes = answer.status === 206 ? 0 : position;
    try {
      for await (const piece of answer.body) {
        const chunk = piece.subarray(Math.min(skipBytes, piece.byteLength));
        skipBytes -= piece.byteLength - chunk.byteLength;
        if (chunk.byteLength === 0) continue;
        position += chunk.byteLength;
        failures = 0;
        onBytes?.(chunk.byteLength);
        yield chunk;
      }
      return;
    } catch (cause) {
      signal?.throwIfAborted();
      if (++failures >= mostFailuresWithoutProgress) throw unreachable(transport.host, transport.origin, cause);
      transport.logger.debug(`the connection broke after ${position} bytes of ${call.what}; going on from there`);
      await sleep(transport.retryDelayMs * 2 ** failures, undefined, signal ? { signal } : {});
    }
  }
}
