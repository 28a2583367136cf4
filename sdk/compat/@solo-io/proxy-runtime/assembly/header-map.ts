import { HeaderMap } from "@wasm-hub/sdk";
import { bufferOf, viewOf } from "./bytes";
import { WasmResultValues, report } from "./status";
import { HeaderMapTypeValues } from "./types";

export function add_header_map_value(typ: HeaderMapTypeValues, key: ArrayBuffer, value: ArrayBuffer): WasmResultValues {
  return mapOf(typ).addBytes(String.UTF8.decode(key), viewOf(value));
}

export function add_header_map_value_string(typ: HeaderMapTypeValues, key: string, value: string): WasmResultValues {
  return mapOf(typ).add(key, value);
}

/** @returns empty when there is no such header */
export function get_header_map_value(typ: HeaderMapTypeValues, key: ArrayBuffer): ArrayBuffer {
  return bufferOf(mapOf(typ).getBytes(String.UTF8.decode(key)));
}

export function replace_header_map_value(typ: HeaderMapTypeValues, key: ArrayBuffer, value: ArrayBuffer): void {
  const name = String.UTF8.decode(key);
  report(`replacing the header "${name}"`, mapOf(typ).setBytes(name, viewOf(value)));
}

export function replace_header_map_value_string(typ: HeaderMapTypeValues, key: string, value: string): void {
  report(`replacing the header "${key}"`, mapOf(typ).set(key, value));
}

export function remove_header_map_value(typ: HeaderMapTypeValues, key: ArrayBuffer): void {
  remove_header_map_value_string(typ, String.UTF8.decode(key));
}

export function remove_header_map_value_string(typ: HeaderMapTypeValues, key: string): void {
  report(`removing the header "${key}"`, mapOf(typ).remove(key));
}

/** Bytes of all names and values together. */
export function get_header_map_size(typ: HeaderMapTypeValues): usize {
  return mapOf(typ).byteSize;
}

function mapOf(typ: HeaderMapTypeValues): HeaderMap {
  return new HeaderMap(<i32>typ);
}
