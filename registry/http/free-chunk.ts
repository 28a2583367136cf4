/**
 * Gives a chunk's memory back at once. Left to the collector, chunks of a large blob pile up to some 64 MiB first,
 * because V8 sees only their small handles.
 *
 * @param chunk nobody may read it afterwards; one that shares its memory with others is left alone
 */
export function freeChunk({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
