import { access, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../../tools/parts/run.ts";
import type { Peer } from "../peer.ts";
import { source } from "./sources.ts";

const version = "1.2.3";
const shim = "@assemblyscript/wasi-shim";

/** The living fork of `@solo-io/proxy-runtime`, from npm. */
export const gcore: Peer = {
  name: "Gcore AS",
  how: `@gcoredev/proxy-wasm-sdk-as ${version}, asc -O3 with ${shim}, as its README says`,
  build: async (filter, folder) => {
    const home = join(folder, `gcore-${version}`);
    await install(home);
    const file = `${filter}.ts`;
    await cp(source("gcore", file), join(home, file));
    // The compiler looks for the shim from its working directory on.
    const compiler = fileURLToPath(import.meta.resolve("assemblyscript/bin/asc.js"));
    await run("env", ["-C", home, process.execPath, compiler, file, "-O3", "--outFile", `${filter}.wasm`]);
    return { kind: "module", bytes: await readFile(join(home, `${filter}.wasm`)) };
  },
};

async function install(home: string): Promise<void> {
  const installed = await access(join(home, "node_modules", "@gcoredev")).then(
    () => true,
    () => false,
  );
  if (installed) return;
  process.stderr.write(`bench: installing @gcoredev/proxy-wasm-sdk-as ${version} with npm\n`);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "package.json"), '{"private":true}');
  const config = { extends: `./node_modules/${shim}/asconfig.json`, options: { use: ["abort=abort_proc_exit"] } };
  await writeFile(join(home, "asconfig.json"), JSON.stringify(config));
  const words = ["install", "--ignore-scripts", "--no-audit", "--prefix", home];
  await run("npm", [...words, `@gcoredev/proxy-wasm-sdk-as@${version}`, `${shim}@0.1.0`]);
}
