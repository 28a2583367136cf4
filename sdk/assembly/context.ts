import { newContextId } from "./context-table";
import { actFor, actForCurrent } from "./effective-context";
import { proxy_done } from "./env";
import { Pending } from "./pending";
import { Status } from "./status";

/**
 * What a plugin configuration and a stream have in common: an id, and an end.
 *
 * ```ts
 * class Waiting extends HttpContext {
 *   onDone(): bool {
 *     const call = new HttpCall("audit", "/end");
 *     const status = call.sendThen(this, (stream, response) => {
 *       stream.done();
 *     });
 *     return status != Status.Ok; // false: not before done()
 *   }
 * }
 * ```
 */
export abstract class Context {
  /** Unique among the contexts that live at the same time in this module. */
  readonly id: u32 = newContextId;

  /** Whether it is over: the filter has broken it off, or the host has come to {@link onDone}, {@link onLog} or {@link onDelete}. */
  isEnding: bool = false;

  /** The SDK's: the latest of the calls that this context waits for. */
  pending: Pending | null = null;

  /** The SDK's: address of the next context in the table that finds contexts by id. */
  protected next: usize = 0;

  /**
   * The host is done with this context. Returning false keeps it alive until {@link done} is called.
   */
  onDone(): bool {
    return true;
  }

  /** The last look at the stream, with all its headers and properties: the place for access logs. */
  onLog(): void {}

  /** The context is gone after this. Host calls about its stream find nothing. */
  onDelete(): void {}

  /** The SDK's: the context in place of this one, for a stream that has turned out to be a TCP connection. */
  asConnection(): Context | null {
    return null;
  }

  /** The SDK's: makes host calls be about this context. BadArgument when it is over. Ends with `actForCurrent`. */
  protected act(): Status {
    return this.isEnding ? Status.BadArgument : actFor(this.id);
  }

  /** Ends a context whose {@link onDone} returned false. Can be called from any context, for instance from a timer. */
  done(): Status {
    const known = actFor(this.id);
    if (known != Status.Ok) return known;
    const status = proxy_done();
    actForCurrent(this.id);
    return status;
  }
}
