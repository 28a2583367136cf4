import { ModuleError } from "./errors.ts";
import { type ModuleInfo, parseModule } from "./parse.ts";

/** Versions that Envoy 1.40 runs, as modules export them (proxy-wasm spec, "abi-versions"). */
export const abiVersions = ["0.2.1", "0.2.0", "0.1.0"] as const;

export type AbiVersion = (typeof abiVersions)[number];

export interface FilterModule extends ModuleInfo {
  readonly abiVersion: AbiVersion;
}

const versionExport = /^proxy_abi_version_(\d+)_(\d+)_(\d+)$/;

/**
 * Reads a module and checks that a Proxy-Wasm host can run it.
 *
 * @throws {ModuleError} NOT_WASM, ABI_MISSING, ABI_UNSUPPORTED, MODULE_INCOMPLETE
 */
export function checkModule(bytes: Uint8Array): FilterModule {
  const info = parseModule(bytes);
  const abiVersion = findAbi(info);
  const names = new Set(info.exports.map(({ name }) => name));
  if (!info.exports.some(({ name, kind }) => name === "memory" && kind === "memory"))
    throw incomplete("memory", "exports no memory");
  // proxy-wasm spec 0.2.1, "proxy_on_memory_allocate": hosts fall back to malloc.
  if (!names.has("proxy_on_memory_allocate") && !names.has("malloc")) {
    throw incomplete("proxy_on_memory_allocate", "exports neither proxy_on_memory_allocate nor malloc");
  }
  return { ...info, abiVersion };
}

function findAbi({ exports }: ModuleInfo): AbiVersion {
  const found = exports.flatMap(({ name, kind }) => {
    const match = kind === "function" ? versionExport.exec(name) : null;
    return match ? [match.slice(1).join(".")] : [];
  });
  if (found.length === 0) {
    const isWasi = exports.some(({ name }) => name === "_start");
    throw new ModuleError(
      "ABI_MISSING",
      "the module exports no proxy_abi_version_…, so it is not a Proxy-Wasm filter",
      {
        hint: isWasi
          ? "it is a program with a main function: build it as a library (a reactor) with a Proxy-Wasm SDK"
          : "build it with a Proxy-Wasm SDK: wasm init makes a project that does",
      },
    );
  }
  // A module may offer several; hosts take the newest that they know.
  const known = abiVersions.find((version) => found.includes(version));
  if (known) return known;
  throw new ModuleError(
    "ABI_UNSUPPORTED",
    `the module is written for Proxy-Wasm ABI ${found.join(", ")}; Envoy runs ${abiVersions.join(", ")}`,
    {
      hint: "build it with an SDK for ABI 0.2.1",
      detail: { abiVersions: found },
    },
  );
}

function incomplete(missing: string, words: string): ModuleError {
  return new ModuleError("MODULE_INCOMPLETE", `the module ${words}; no Proxy-Wasm host can load it`, {
    hint: "link it as a reactor with its memory and allocator exported",
    detail: { missing },
  });
}
