import { currentContextId, findContext } from "./context-table";
import { proxy_set_effective_context } from "./env";
import { Status } from "./status";

/**
 * Host calls are about the context whose callback is running, unless the host is told that they are for `id`. NotFound
 * when that one is gone: a host may take the call for another.
 */
export function actFor(id: u32): Status {
  if (id == currentContextId) return Status.Ok;
  return findContext(id) === null ? Status.NotFound : proxy_set_effective_context(id);
}

/** Ends what {@link actFor} began. */
export function actForCurrent(id: u32): void {
  if (id != currentContextId) proxy_set_effective_context(currentContextId);
}
