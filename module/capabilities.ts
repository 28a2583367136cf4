import type { ModuleInfo } from "./parse.ts";

/**
 * Names for Envoy's `capability_restriction_config.allowed_capabilities`: the host calls that a module links, and the
 * callbacks that it exports. An upper bound of what it uses. Envoy does not call a callback that is not listed.
 *
 * @returns sorted, without repeats
 */
export function requiredCapabilities(info: Pick<ModuleInfo, "imports" | "exports">): readonly string[] {
  const calls = info.imports.filter(({ module, kind }) => kind === "function" && hostModules.includes(module));
  const callbacks = info.exports.filter(({ name, kind }) => kind === "function" && isCallback(name));
  return [...new Set([...calls, ...callbacks].map(({ name }) => name))].toSorted();
}

/** Where Proxy-Wasm calls and WASI's are imported from; `wasi_unstable` is what old toolchains link. */
const hostModules: readonly string[] = ["env", "wasi_snapshot_preview1", "wasi_unstable"];

/** `malloc`, `_initialize` and the like are not restricted: Envoy needs them to load a module at all. */
function isCallback(name: string): boolean {
  return /^proxy_(?:on_|validate_)/.test(name);
}
