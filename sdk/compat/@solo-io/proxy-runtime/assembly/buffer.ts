import { Body, TcpContext } from "@wasm-hub/sdk";
import { BufferType } from "@wasm-hub/sdk/assembly/buffer";
import { currentContextId, findContext } from "@wasm-hub/sdk/assembly/context-table";
import { proxy_get_buffer_status } from "@wasm-hub/sdk/assembly/env";
import { bufferOf } from "./bytes";
import { WasmResultValues } from "./status";
import { httpStream } from "./stream";
import { BufferTypeValues } from "./types";

const lengthCell: usize = memory.data(4, 4);
const flagsCell: usize = memory.data(4, 4);

class BufferStatusResult {
  result: WasmResultValues = WasmResultValues.Ok;
  length: usize = 0;
  flags: u32 = 0;
}

/** Up to `length` bytes from `start` on; empty when the host refuses. */
export function get_buffer_bytes(typ: BufferTypeValues, start: u32, length: u32): ArrayBuffer {
  return bufferOf(bodyOf(typ).getBytes(start, length));
}

export function get_buffer_status(typ: BufferTypeValues): BufferStatusResult {
  const answer = new BufferStatusResult();
  store<u32>(lengthCell, 0);
  store<u32>(flagsCell, 0);
  answer.result = proxy_get_buffer_status(typ, lengthCell, flagsCell);
  answer.length = load<u32>(lengthCell);
  answer.flags = load<u32>(flagsCell);
  return answer;
}

/** Through the stream, where it knows that the host no longer has what it would show. */
function bodyOf(typ: BufferTypeValues): Body {
  const stream = httpStream(currentContextId);
  if (stream !== null && typ == BufferTypeValues.HttpRequestBody) return stream.requestBody;
  if (stream !== null && typ == BufferTypeValues.HttpResponseBody) return stream.responseBody;
  if (typ != BufferTypeValues.NetworkUpstreamData) return new Body(<i32>typ);
  const connection = findContext(currentContextId);
  return connection instanceof TcpContext ? changetype<TcpContext>(connection).upstreamData : new Body(BufferType.None);
}
