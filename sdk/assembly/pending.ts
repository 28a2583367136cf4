import { Context } from "./context";
import { enterContext } from "./context-table";
import { actFor } from "./effective-context";
import { Status } from "./status";

// Calls that the host has not ended, by the token that it gave them: chains in a fixed table outside the garbage
// collector, which is told by pinning that they live. A host may tell a stream's calls to the stream's root context, as
// Envoy does, so it is the token that leads to whoever waits.

const chainCount: u32 = 64;
const chains: usize = memory.data(256, 4);

/** The SDK's: something that a context waits for. It ends when the host answers, or with the context. */
export abstract class Pending {
  /** Whether it is under way. */
  get isPending(): bool {
    return this.owner !== null;
  }

  protected owner: Context | null = null;
  protected token: u32 = 0;
  private next: usize = 0;
  private newer: Pending | null = null;
  private older: Pending | null = null;

  /** Nobody waits any more: the owner is gone. */
  abandon(): void {
    this.end();
  }

  /** Waits for what the host calls `token`. */
  protected begin(owner: Context, token: u32): void {
    this.token = token;
    this.owner = owner;
    this.older = owner.pending;
    if (owner.pending !== null) owner.pending!.newer = this;
    owner.pending = this;
    // @ts-ignore: built into the runtime
    const address = __pin(changetype<usize>(this));
    this.next = load<usize>(chainOf(token));
    store<usize>(chainOf(token), address);
  }

  /** Waits no more. */
  end(): void {
    const owner = this.owner;
    if (owner === null) return;
    if (owner.pending === this) owner.pending = this.older;
    if (this.older !== null) this.older!.newer = this.newer;
    if (this.newer !== null) this.newer!.older = this.older;
    this.owner = null;
    this.older = null;
    this.newer = null;
    let link = chainOf(this.token);
    const address = changetype<usize>(this);
    while (load<usize>(link) != address) link = load<usize>(link) + offsetof<Pending>("next");
    store<usize>(link, this.next);
    // @ts-ignore: built into the runtime
    __unpin(address);
  }

  /** Makes host calls be about the owner until the callback ends. */
  actForOwner(): void {
    const owner = this.owner;
    if (owner !== null && actFor(owner.id) == Status.Ok) enterContext(owner.id);
  }

  /** The one that the host calls `token`; `null` when nobody waits for it. */
  static find<T extends Pending>(token: u32): T | null {
    let address = load<usize>(chainOf(token));
    while (address != 0) {
      const pending = changetype<Pending>(address);
      // @ts-ignore: AssemblyScript's generics are there when the code runs
      if (pending.token == token && pending instanceof T) return changetype<T>(address);
      address = pending.next;
    }
    return null;
  }
}

function chainOf(token: u32): usize {
  // Envoy counts in steps of four.
  return chains + (((token >> 2) % chainCount) << 2);
}
