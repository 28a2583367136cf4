import { actFor, actForCurrent } from "./effective-context";
import { proxy_grpc_cancel } from "./env";
import { Status } from "./status";

// Envoy 1.40 goes on reading from memory that it has freed when a stream is canceled in one of the stream's own callbacks,
// or in what such a callback brings about, such as the owner's end. Nothing tells the one from the other. So a stream that
// the host has called about is only closed when it is given up, and canceled in a later callback about something else.

/** For each stream the id of the root context that it belongs to, and its token. */
let waiting: u32[] = [];

/** To be canceled later. */
export function cancelLater(rootId: u32, token: u32): void {
  waiting.push(rootId);
  waiting.push(token);
}

/** Cancels what waits for it, but for the one that the running callback is about. */
export function cancelAllBut(token: u32): void {
  let kept = 0;
  for (let i = 0; i < waiting.length; i += 2) {
    const rootId = waiting[i];
    if (waiting[i + 1] == token) {
      waiting[kept++] = rootId;
      waiting[kept++] = token;
    } else if (actFor(rootId) == Status.Ok) {
      proxy_grpc_cancel(waiting[i + 1]);
      actForCurrent(rootId);
    }
  }
  waiting.length = kept;
}
