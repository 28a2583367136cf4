import { homedir } from "node:os";
import { join } from "node:path";

/** Where peers keep what they build and fetch, between runs too. */
export const cacheFolder = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "wasm-hub", "bench");
