import { ClientError } from "./errors.ts";
import type { Answer } from "./http.ts";
import type { Transport } from "./transport.ts";
import { unreachable } from "./unreachable.ts";

/**
 * Reads an answer's body whole.
 *
 * @throws {ClientError} REGISTRY_ANSWER_INVALID above `limitBytes`; REGISTRY_UNREACHABLE when it breaks off
 */
export async function readBody(
  { host, origin }: Pick<Transport, "host" | "origin">,
  answer: Answer,
  limitBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of answer.body) {
      chunks.push(chunk);
      sizeBytes += chunk.byteLength;
      if (sizeBytes > limitBytes) break;
    }
  } catch (cause) {
    throw unreachable(host, origin, cause);
  }
  if (sizeBytes <= limitBytes) return Buffer.concat(chunks);
  throw new ClientError("REGISTRY_ANSWER_INVALID", `${host} sent more than ${limitBytes} bytes in one answer`);
}
