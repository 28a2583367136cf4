import { callForeignFunction } from "@wasm-hub/sdk";
import { utf8Bytes } from "@wasm-hub/sdk/assembly/utf8";
import { bufferOf } from "./bytes";
import { WasmResultValues, report } from "./status";

/** @returns empty when the host has no such function, or it refuses */
export function call_foreign_function(function_name: string, argument: string): ArrayBuffer {
  const result = callForeignFunction(function_name, utf8Bytes(argument));
  if (result === null) report(`call_foreign_function("${function_name}")`, WasmResultValues.NotFound);
  return bufferOf(result);
}
