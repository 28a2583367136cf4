import { enableCompileCache, flushCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { CompileJob } from "./compile-job.ts";
import type { CompileResult } from "./compile.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** What this thread says: each diagnostic when it is found, then the result. */
export type CompileMessage =
  | { readonly kind: "diagnostic"; readonly diagnostic: Diagnostic }
  | { readonly kind: "result"; readonly result: CompileResult };

function say(message: CompileMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread, not a window
  parentPort?.postMessage(message);
}

// The compiler is three megabytes of JavaScript: loaded after this, a fifth of its time is saved the next time.
enableCompileCache();
const { compile } = await import("./compile.ts");

// A thread of its own: the compiler keeps state between runs, and computes for seconds without a pause.
const result = await compile(workerData as CompileJob, (diagnostic) => say({ kind: "diagnostic", diagnostic }));
say({ kind: "result", result });
flushCompileCache();
