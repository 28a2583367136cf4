import { proxy_get_buffer_bytes } from "./env";
import { expectResult, resultAddress, resultSize, takeBuffer, takeBytes } from "./result";
import { Status } from "./status";

/** ABI 0.2.1, `proxy_buffer_type_t`. */
export enum BufferType {
  HttpRequestBody = 0,
  HttpResponseBody = 1,
  DownstreamData = 2,
  UpstreamData = 3,
  HttpCallResponseBody = 4,
  GrpcCallMessage = 5,
  VmConfiguration = 6,
  PluginConfiguration = 7,
  ForeignFunctionArguments = 8,
  /** The SDK's: one that every host refuses. */
  None = 255,
}

/** Up to `length` bytes from `start` on; `null` when the host refuses. */
export function readBuffer(type: BufferType, start: u32, length: u32): Uint8Array | null {
  expectResult();
  const status = proxy_get_buffer_bytes(type, start, length, resultAddress, resultSize);
  return status == Status.Ok ? takeBytes() : null;
}

/** All of a configuration of `size` bytes; `null` when the host refuses. */
export function readConfiguration(type: BufferType, size: u32): ArrayBuffer | null {
  expectResult();
  const status = proxy_get_buffer_bytes(type, 0, size, resultAddress, resultSize);
  return status == Status.Ok || size == 0 ? takeBuffer() : null;
}
