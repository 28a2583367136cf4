import { glob, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Writes `dist/`: the CLI with its commands as chunks that are loaded when named, and every `*-worker.ts` at the place
 * that it has in the sources, so that `dist/<room>/x-worker.js` stands for `<room>/x-worker.ts`.
 */
const workers = await Array.fromAsync(glob("{host,project,registry}/**/*-worker.ts", { cwd: root }));

await rm(new URL("../dist", import.meta.url), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ["cli/main.ts", ...workers.toSorted()],
  outbase: ".",
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  platform: "node",
  target: "node24",
  format: "esm",
  // Holds 14 MB of WebAssembly, which esbuild would copy.
  external: ["assemblyscript", "binaryen"],
  // Bundled CommonJS packages call require() for Node's own modules.
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
  logLevel: "warning",
});
