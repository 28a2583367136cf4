import { parentPort, workerData } from "node:worker_threads";
import { compile, type CompileJob } from "./compile.ts";

// A thread of its own: the compiler keeps state between runs, and computes for seconds without a pause.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread, not a window
parentPort?.postMessage(await compile(workerData as CompileJob));
