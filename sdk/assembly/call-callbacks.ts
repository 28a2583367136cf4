import { BufferType, readBuffer } from "./buffer";
import { enterContext, leaveContext } from "./context-table";
import { GrpcPending, readStatusMessage } from "./grpc-pending";
import { cancelAllBut } from "./grpc-reaper";
import { HttpCall } from "./http-call";
import { HttpCallResponse } from "./http-call-response";
import { Pending } from "./pending";

// What the host calls about calls that the filter made (ABI 0.2.1, "HTTP calls", "gRPC calls"). A call that nobody waits
// for any more is passed over.

export function proxy_on_http_call_response(
  id: u32,
  token: u32,
  headerCount: u32,
  bodySize: u32,
  trailerCount: u32,
): void {
  const call = Pending.find<HttpCall>(token);
  if (call === null) return;
  const outer = enterContext(id);
  call.actForOwner();
  call.end();
  if (headerCount == 0) call.onFailure();
  else call.onResponse(HttpCallResponse.current);
  leaveContext(outer);
}

export function proxy_on_grpc_receive_initial_metadata(id: u32, token: u32, count: u32): void {
  const outer = enterContext(id);
  const call = find(id, token);
  if (call !== null) call.receiveInitialMetadata();
  leaveContext(outer);
}

export function proxy_on_grpc_receive(id: u32, token: u32, size: u32): void {
  const outer = enterContext(id);
  const call = find(id, token);
  if (call !== null) {
    const message = readBuffer(BufferType.GrpcCallMessage, 0, size);
    if (message !== null) call.receive(message);
  }
  leaveContext(outer);
}

export function proxy_on_grpc_receive_trailing_metadata(id: u32, token: u32, count: u32): void {
  const outer = enterContext(id);
  const call = find(id, token);
  if (call !== null) call.receiveTrailingMetadata();
  leaveContext(outer);
}

export function proxy_on_grpc_close(id: u32, token: u32, code: u32): void {
  const outer = enterContext(id);
  const call = find(id, token);
  if (call !== null) call.receiveClose(code, readStatusMessage());
  leaveContext(outer);
}

function find(id: u32, token: u32): GrpcPending | null {
  cancelAllBut(token);
  const call = Pending.find<GrpcPending>(token);
  if (call === null) return null;
  call.rootId = id;
  call.actForOwner();
  return call;
}
