import { parentPort, workerData } from "node:worker_threads";
import { compile, type CompileJob } from "./compile.ts";

// A thread of its own: the compiler keeps state between runs, and computes for seconds without a pause.
parentPort?.postMessage(await compile(workerData as CompileJob));
