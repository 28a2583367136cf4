// The garbage collector runs between callbacks, when nothing on the WebAssembly stack can hold an object. So the compiler
// need not keep a second stack of references, which costs a third of the code and of the time (--runtime minimal).

/** Bytes of objects, in use or not, from which on it is worth looking for garbage. */
const leastThreshold: usize = 64 * 1024;
let threshold: usize = leastThreshold;

/** Called at the end of each callback that no other callback surrounds. */
export function collectGarbage(): void {
  if (ASC_RUNTIME != Runtime.Minimal) return;
  const bytes = objectBytes();
  if (bytes < threshold) return;
  // @ts-ignore: built into the runtime
  __collect();
  // Twice what lives: what a look costs is spread over as many bytes as it had to walk.
  threshold = max(leastThreshold, 2 * objectBytes());
}

function objectBytes(): usize {
  // @ts-ignore: added by transform/collector.js
  if (isDefined(__objectBytes)) return __objectBytes();
  return usize.MAX_VALUE; // nobody knows: look after each callback
}

/** Of AssemblyScript's compiler. */
const enum Runtime {
  Minimal = 1,
}
