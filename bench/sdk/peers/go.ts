import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../tools/parts/run.ts";
import type { Peer } from "../peer.ts";
import { source } from "./sources.ts";

/** Go without the Go SDK, which the module proxy does not serve. */
export const go: Peer = {
  name: "Go*",
  how: "thin binding of our own in the shape of the Go SDK, GOOS=wasip1 -buildmode=c-shared -ldflags '-s -w'",
  build: async (filter, folder) => {
    const out = join(folder, `go-${filter}.wasm`);
    const words = ["-C", source("go"), "build", "-buildmode=c-shared", "-ldflags=-s -w", "-trimpath", "-o", out];
    await run("go", [...words, `./${filter}`], { GOOS: "wasip1", GOARCH: "wasm" });
    return { kind: "module", bytes: await readFile(out) };
  },
};
