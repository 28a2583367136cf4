import { getPropertyBytes, setPropertyBytes } from "@wasm-hub/sdk";
import { bufferOf, viewOf } from "./bytes";
import { WasmResultValues } from "./status";

/**
 * @param path segments with NULs between them
 * @returns empty when there is none
 */
export function get_property(path: string): ArrayBuffer {
  return bufferOf(getPropertyBytes(path.split("\0")));
}

/** @param path segments with NULs between them */
export function set_property(path: string, data: ArrayBuffer): WasmResultValues {
  return setPropertyBytes(path.split("\0"), viewOf(data));
}
