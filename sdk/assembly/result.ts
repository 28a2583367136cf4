import { copyBuffer, copyBytes, decodeUtf8 } from "./utf8";

// What the host hands over. It asks for memory by proxy_on_memory_allocate in the middle of a host call, at most once
// a call, and the SDK copies the bytes out as soon as the call returns. So one static buffer serves every call; only a
// result that does not fit gets a block of its own. Both are outside the garbage collector.

const capacity: usize = 8192;
const buffer: usize = memory.data(8192);
let block: usize = 0;

/** Where a host call writes the address of its result. */
export const resultAddress: usize = memory.data(4, 4);
/** Where a host call writes the size of its result. */
export const resultSize: usize = memory.data(4, 4);

/** A host leaves both untouched when it refuses a call or has nothing to give. Call this before each call. */
export function expectResult(): void {
  store<usize>(resultAddress, 0);
  store<usize>(resultSize, 0);
}

/** Memory for a result, asked for by the host. */
export function allocateResult(size: usize): usize {
  if (size <= capacity) return buffer;
  releaseResult();
  block = heap.alloc(size);
  return block;
}

/** The result as text. */
export function takeString(): string {
  const text = decodeUtf8(load<usize>(resultAddress), load<usize>(resultSize));
  releaseResult();
  return text;
}

/** The result, byte for byte. */
export function takeBytes(): Uint8Array {
  const bytes = copyBytes(load<usize>(resultAddress), load<usize>(resultSize));
  releaseResult();
  return bytes;
}

/** {@link takeBytes} without a view. */
export function takeBuffer(): ArrayBuffer {
  const bytes = copyBuffer(load<usize>(resultAddress), load<usize>(resultSize));
  releaseResult();
  return bytes;
}

/** Done with a result that nobody took. */
export function releaseResult(): void {
  if (block == 0) return;
  heap.free(block);
  block = 0;
}
