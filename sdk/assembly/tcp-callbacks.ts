import { Action } from "./action";
import { addContext, enterContext, findContext, leaveContext, removeContext, setNewContextId } from "./context-table";
import { PeerType } from "./peer-type";
import { TcpContext } from "./tcp-context";

// What the host calls about a connection (ABI 0.2.1, "TCP streams").

export function proxy_on_new_connection(id: u32): Action {
  const stream = findStream(id);
  if (stream === null) return Action.Continue;
  const outer = enterContext(id);
  const action = stream.onNewConnection();
  stream.isDownstreamPaused = action != Action.Continue;
  leaveContext(outer);
  return action;
}

export function proxy_on_downstream_data(id: u32, size: u32, endOfStream: bool): Action {
  const stream = findStream(id);
  if (stream === null) return Action.Continue;
  const outer = enterContext(id);
  const action = stream.onDownstreamData(size, endOfStream);
  stream.isDownstreamPaused = action != Action.Continue;
  leaveContext(outer);
  return action;
}

export function proxy_on_upstream_data(id: u32, size: u32, endOfStream: bool): Action {
  const stream = findStream(id);
  if (stream === null) return Action.Continue;
  const outer = enterContext(id);
  stream.hasUpstreamData = true;
  const action = stream.onUpstreamData(size, endOfStream);
  stream.hasUpstreamData = false;
  leaveContext(outer);
  return action;
}

export function proxy_on_downstream_connection_close(id: u32, peer: PeerType): void {
  const stream = findStream(id);
  if (stream === null) return;
  const outer = enterContext(id);
  stream.isEnding = true;
  stream.onDownstreamClose(peer);
  leaveContext(outer);
}

export function proxy_on_upstream_connection_close(id: u32, peer: PeerType): void {
  const stream = findStream(id);
  if (stream === null) return;
  const outer = enterContext(id);
  stream.onUpstreamClose(peer);
  leaveContext(outer);
}

function findStream(id: u32): TcpContext | null {
  const context = findContext(id);
  if (context === null) return null;
  if (context instanceof TcpContext) return changetype<TcpContext>(context);
  setNewContextId(id);
  const connection = context.asConnection();
  if (connection === null) return null;
  removeContext(context);
  addContext(connection);
  return changetype<TcpContext>(connection);
}
