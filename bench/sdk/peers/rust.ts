import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../tools/parts/run.ts";
import type { Peer } from "../peer.ts";
import { source } from "./sources.ts";

const target = "wasm32-wasip1";
const wasiLibc = "/usr/lib/wasm32-wasi";

/** The crate `proxy-wasm`, with a Rust that has the target, or with Debian's, which has the standard library's source. */
export const rust: Peer = {
  name: "Rust",
  how: `crate proxy-wasm 0.2.5, ${target}, opt-level 3, LTO, panic = abort`,
  build: async (filter, folder) => {
    const { cargo, vars, words } = await toolchain();
    const targetFolder = join(folder, "rust");
    const manifest = source("rust", "Cargo.toml");
    await run(
      cargo,
      ["build", "--quiet", "--release", "--example", filter, "--target", target].concat(
        ["--manifest-path", manifest, "--target-dir", targetFolder],
        words,
      ),
      vars,
    );
    const file = `${filter.replace("-", "_")}.wasm`;
    const bytes = await readFile(join(targetFolder, target, "release", "examples", file));
    return { kind: "module", bytes };
  },
};

interface Toolchain {
  readonly cargo: string;
  readonly vars: NodeJS.ProcessEnv;
  readonly words: readonly string[];
}

async function toolchain(): Promise<Toolchain> {
  const installed = await run("rustc", ["--print", "target-libdir", "--target", target]).catch(() => "");
  if (installed !== "" && (await exists(installed.trim()))) return { cargo: "cargo", vars: {}, words: [] };

  const parts = ["/usr/bin/rustc", "/usr/bin/cargo", "/usr/bin/wasm-ld-19", "/usr/lib/rustlib/src", wasiLibc];
  for (const part of parts) {
    if (await exists(part)) continue;
    throw new Error(
      `no ${part}: rustup target add ${target}, or apt-get install rustc-web cargo-web rust-web-src lld-19 wasi-libc`,
    );
  }
  return {
    cargo: "/usr/bin/cargo",
    // A released compiler builds the standard library only when told that it may use unstable features.
    vars: {
      RUSTC: "/usr/bin/rustc",
      RUSTC_BOOTSTRAP: "1",
      RUSTFLAGS: `-Clinker=/usr/bin/wasm-ld-19 -Lnative=${wasiLibc} -Clink-self-contained=no`,
    },
    words: ["-Zbuild-std=std,panic_abort"],
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
