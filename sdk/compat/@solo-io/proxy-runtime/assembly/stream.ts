import { HttpContext, Status } from "@wasm-hub/sdk";
import { currentContextId, enterContext, findContext } from "@wasm-hub/sdk/assembly/context-table";
import { actFor } from "@wasm-hub/sdk/assembly/effective-context";
import { proxy_get_status } from "@wasm-hub/sdk/assembly/env";
import { expectResult, resultAddress, resultSize, takeBuffer } from "@wasm-hub/sdk/assembly/result";
import { viewOf } from "./bytes";
import { GrpcStatusValues } from "./grpc-status";
import { Headers, headersOf } from "./header-pair";
import { WasmResultValues, report } from "./status";

const codeCell: usize = memory.data(4, 4);

// The old package's functions say nothing of whose stream they are about: it is the one whose callback is running, or
// that `setEffectiveContext` has named. The SDK knows which that is, and refuses what would crash Envoy.

/** The SDK's context of an HTTP stream; `null` when `id` is none. */
export function httpStream(id: u32): HttpContext | null {
  const context = findContext(id);
  return context instanceof HttpContext ? changetype<HttpContext>(context) : null;
}

export function continue_request(): WasmResultValues {
  const stream = httpStream(currentContextId);
  return stream === null ? WasmResultValues.BadArgument : stream.resumeRequest();
}

export function continue_response(): WasmResultValues {
  const stream = httpStream(currentContextId);
  return stream === null ? WasmResultValues.BadArgument : stream.resumeResponse();
}

export function send_local_response(
  response_code: u32,
  response_code_details: string,
  body: ArrayBuffer,
  additional_headers: Headers,
  grpc_status: GrpcStatusValues,
): WasmResultValues {
  const stream = httpStream(currentContextId);
  if (stream === null) return WasmResultValues.BadArgument;
  const headers = headersOf(additional_headers);
  return stream.sendLocalResponseBytes(response_code, viewOf(body), headers, grpc_status, response_code_details);
}

export function clear_route_cache(): WasmResultValues {
  const stream = httpStream(currentContextId);
  return stream === null ? WasmResultValues.BadArgument : stream.clearRouteCache();
}

/** Ends a context whose `onDone` returned false. */
export function done(): WasmResultValues {
  const context = findContext(currentContextId);
  return context === null ? WasmResultValues.NotFound : context.done();
}

/** Makes what follows in this callback be about another context; NotFound when that one is gone. */
export function set_effective_context(id: u32): WasmResultValues {
  const status = actFor(id);
  if (status == Status.Ok) enterContext(id);
  return status;
}

export function proxy_set_effective_context(_id: u32): WasmResultValues {
  const result = set_effective_context(_id);
  report(`acting for the context ${_id}`, result);
  return result;
}

class StatusWithData {
  constructor(
    public status: u32,
    public data: ArrayBuffer,
  ) {}
}

/** What the host has to say of the latest gRPC call that has ended. */
export function get_status(): StatusWithData {
  expectResult();
  store<u32>(codeCell, 0);
  proxy_get_status(codeCell, resultAddress, resultSize);
  return new StatusWithData(load<u32>(codeCell), takeBuffer());
}
