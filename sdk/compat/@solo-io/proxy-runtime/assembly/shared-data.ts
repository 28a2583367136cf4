import { sharedData } from "@wasm-hub/sdk";
import { bufferOf, viewOf } from "./bytes";
import { WasmResultValues } from "./status";

class GetSharedData {
  value: ArrayBuffer | null = null;
  result: WasmResultValues = WasmResultValues.NotFound;
  /** For {@link set_shared_data}; changes with each write. */
  cas: usize = 0;
}

export function get_shared_data(key: string): GetSharedData {
  const answer = new GetSharedData();
  const found = sharedData.get(key);
  if (found === null) return answer;
  answer.result = WasmResultValues.Ok;
  answer.value = bufferOf(found.bytes);
  answer.cas = found.version;
  return answer;
}

export function set_shared_data(key: string, value: ArrayBuffer, cas: u32 = 0): WasmResultValues {
  return sharedData.setBytes(key, viewOf(value), cas);
}
