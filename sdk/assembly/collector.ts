// The garbage collector runs between callbacks, when nothing on the WebAssembly stack can hold an object. So the compiler
// need not keep a second stack of references, which costs a third of the code and of the time (--runtime minimal).

/** Bytes of objects, in use or not, from which on it is worth looking for garbage. */
const leastThreshold: usize = 64 * 1024;
let threshold: usize = leastThreshold;

/** For builds without transform.js, where nobody knows the bytes: callbacks until the next look. */
let callbacksLeft: i32 = 0;

/** Called at the end of each callback that no other callback surrounds. */
export function collectGarbage(): void {
  if (ASC_RUNTIME != Runtime.Minimal) return;
  if (isDefined(__objectBytes)) {
    if (__objectBytes() < threshold) return;
    __collect();
    // Twice what lives: what a look costs is spread over as many bytes as it had to walk.
    threshold = max(leastThreshold, 2 * __objectBytes());
  } else {
    if (--callbacksLeft > 0) return;
    callbacksLeft = 256;
    __collect();
  }
}

/** Of AssemblyScript's compiler. */
const enum Runtime {
  Minimal = 1,
}
