import { type ErrorTable, HubError } from "#core";

export const moduleErrors = {
  NOT_WASM: "bytes are not a WebAssembly core module, or break off in the middle",
  ABI_MISSING: "a module exports no Proxy-Wasm ABI version",
  ABI_UNSUPPORTED: "a module is written for a Proxy-Wasm ABI that Envoy does not run",
  MODULE_INCOMPLETE: "a module lacks an export that every Proxy-Wasm host needs",
} as const satisfies ErrorTable;

/** What can be wrong with a Proxy-Wasm module. */
export class ModuleError extends HubError<keyof typeof moduleErrors> {}
