import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../tools/parts/run.ts";
import type { Peer } from "../peer.ts";
import { source } from "./sources.ts";

const compiler = "/usr/bin/clang++-19";
const headers = "/usr/lib/llvm-19/include/wasm32-wasi/c++/v1";

/** C++ without the C++ SDK, which no package registry has. */
export const cpp: Peer = {
  name: "C++*",
  how: "thin binding of our own in the shape of the C++ SDK, clang++-19 -O3 -flto, libc++",
  build: async (filter, folder) => {
    for (const part of [compiler, headers]) {
      await access(part).catch(() => {
        throw new Error(
          `no ${part}: apt-get install clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32 libc++-19-dev-wasm32 libc++abi-19-dev-wasm32`,
        );
      });
    }
    const out = join(folder, `cpp-${filter}.wasm`);
    const options = ["--target=wasm32-wasi", "-mexec-model=reactor", "-std=c++20", "-O3", "-flto", "-fno-exceptions"];
    const linker = ["-fno-rtti", "-Wl,--strip-all", "-isystem", headers, "-o", out];
    await run(compiler, [...options, ...linker, source("cpp", `${filter}.cc`)]);
    return { kind: "module", bytes: await readFile(out) };
  },
};
