import { encodeUtf8 } from "./utf8";

// Strings on their way to the host. They are encoded onto a small stack in static memory, so that a host call costs no
// allocation; one that does not fit gets a block of its own, outside the garbage collector. Callbacks can nest inside
// host calls: what the inner one pushes lies above what the outer one pushed.

const capacity: usize = 4096;
const stack: usize = memory.data(4096);
let top: usize = stack;

/** Bytes that the latest push wrote. */
export let pushedSize: usize = 0;

/** Address of `text` as UTF-8. Give it back with {@link pop}, the latest first. */
export function push(text: string): usize {
  const address = reserve(<usize>text.length * 3);
  pushedSize = encodeUtf8(text, address);
  if (isOnStack(address)) top = address + pushedSize;
  return address;
}

/** Address of `size` bytes to be written by the caller. Give it back with {@link pop}, the latest first. */
export function pushSpace(size: usize): usize {
  const address = reserve(size);
  if (isOnStack(address)) top = address + size;
  return address;
}

export function pop(address: usize): void {
  if (isOnStack(address)) top = address;
  else heap.free(address);
}

function reserve(size: usize): usize {
  return size <= stack + capacity - top ? top : heap.alloc(size);
}

/** The end counts: an empty string pushed on a full stack lies there, and no block of the heap can. */
function isOnStack(address: usize): bool {
  return address - stack <= capacity;
}
