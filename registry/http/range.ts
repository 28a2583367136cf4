import type { ByteRange } from "../blobs/blob-store.ts";

const single = /^bytes=(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))$/;

/**
 * Reads a `Range` header (RFC 9110, 14.2) that asks for one range.
 *
 * @returns `whole` when there is none, or one that may be ignored (another unit, several ranges);
 *   `unsatisfiable` when nothing of the content lies in it
 */
export function readRange(header: string | undefined, sizeBytes: number): ByteRange | "whole" | "unsatisfiable" {
  const match = header === undefined ? undefined : single.exec(header.trim());
  if (!match) return "whole";
  const [, from, to, suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), sizeBytes);
    return length === 0 ? "unsatisfiable" : { first: sizeBytes - length, last: sizeBytes - 1 };
  }
  const first = Number(from);
  const last = Math.min(to === undefined ? Infinity : Number(to), sizeBytes - 1);
  return first > last ? "unsatisfiable" : { first, last };
}

const chunkPattern = /^(?:bytes )?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/;

/**
 * Reads the `Content-Range` of a chunk: `<start>-<end>`, both included (distribution-spec v1.1, "Pushing a blob in
 * chunks"). The form of RFC 9110 is understood as well.
 *
 * @returns undefined when it is neither
 */
export function readChunkRange(header: string): ByteRange | undefined {
  const match = chunkPattern.exec(header.trim());
  if (!match) return undefined;
  const range = { first: Number(match[1]), last: Number(match[2]) };
  return range.last >= range.first ? range : undefined;
}
