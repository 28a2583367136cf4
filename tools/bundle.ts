import { glob, mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { writeFileAtomic } from "#core";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const chunks = join(dist, "chunks");

/**
 * Has whatever the command line loads later import what it begins with. A chunk is what the same entries share: without
 * this the start would be a dozen of small files, each of which takes half a millisecond to find.
 */
const startUpInOneChunk: Plugin = {
  name: "start-up-in-one-chunk",
  setup(build) {
    const cli = join(root, "cli");
    build.onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
      const isLoadedLater = kind === "dynamic-import" && resolveDir.startsWith(cli);
      return isLoadedLater ? { path: join(resolveDir, path), pluginData: startUpInOneChunk.name } : undefined;
    });
    build.onLoad({ filter: /\.ts$/ }, async ({ path, pluginData }) => {
      if (pluginData !== startUpInOneChunk.name) return undefined;
      const start = `import ${JSON.stringify(join(cli, "run.ts"))};`;
      return { contents: `${await readFile(path, "utf8")}\n${start}`, loader: "ts" };
    });
  },
};

interface BundledFile {
  /** Absolute. */
  readonly path: string;
  readonly code: string;
}

/**
 * Bundles the CLI with its commands as chunks that are loaded when named, and every `*-worker.ts` at the place that it
 * has in the sources, so that `dist/<room>/x-worker.js` stands for `<room>/x-worker.ts`.
 */
async function bundle(): Promise<readonly BundledFile[]> {
  const workers = await Array.fromAsync(glob("{host,project,registry}/**/*-worker.ts", { cwd: root }));
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["cli/main.ts", ...workers.toSorted()],
    outbase: ".",
    outdir: dist,
    write: false,
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
    plugins: [startUpInOneChunk],
    logLevel: "warning",
  });
  return outputFiles.map(({ path, text }) => ({ path, code: withoutBuiltinImports(text) }));
}

/**
 * Takes Node's own modules by `process.getBuiltinModule`. An `import` of one reads each of its exports, which loads what
 * nobody asked for: half of the time that `wasm --version` takes on top of Node's.
 */
function withoutBuiltinImports(code: string): string {
  return code.replaceAll(
    /(?<=^|[;}\n])import(?:\{([\w$, ]+)\}|(?:\* ?as ?| )([\w$]+) ?)from"(node:[\w/]+)";/g,
    (_, names: string | undefined, whole: string | undefined, module: string) =>
      `const ${names === undefined ? whole : `{${names.replaceAll(" as ", ":")}}`}=process.getBuiltinModule("${module}");`,
  );
}

/** Milliseconds for which a process that runs an older build may still load that build's chunks. */
const keptForMs = 60 * 60 * 1000;

const isChunk = (path: string): boolean => dirname(path) === chunks;

/** Whoever runs `wasm` meanwhile sees the old build or the new one: a chunk is there before what loads it. */
async function publish(files: readonly BundledFile[]): Promise<void> {
  for (const { path, code } of files.toSorted((a, b) => Number(isChunk(b.path)) - Number(isChunk(a.path)))) {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, code);
  }
}

async function removeOlder(files: readonly BundledFile[]): Promise<void> {
  const current = new Set(files.map(({ path }) => path));
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || current.has(path)) continue;
    const { mtimeMs } = await stat(path);
    if (!isChunk(path) || Date.now() - mtimeMs > keptForMs) await rm(path, { force: true });
  }
}

const files = await bundle();
await publish(files);
await removeOlder(files);
