import { collectGarbage } from "./collector";
import { Context } from "./context";

// Contexts by id: chains in a fixed table outside the garbage collector, which is told by pinning that they live.
// Hosts count ids upwards, so the id itself spreads well.

const chainCount: u32 = 256;
const chains: usize = memory.data(1024, 4);

/** The id that a context under construction takes. */
export let newContextId: u32 = 0;

/** The context whose callback is running; 0 when none is. */
export let currentContextId: u32 = 0;

export function setNewContextId(id: u32): void {
  newContextId = id;
}

/** Makes `id` current and returns the one before, for {@link leaveContext}: callbacks can nest. */
export function enterContext(id: u32): u32 {
  const outer = currentContextId;
  currentContextId = id;
  return outer;
}

/** Ends what {@link enterContext} began. */
export function leaveContext(outer: u32): void {
  currentContextId = outer;
  if (outer == 0) collectGarbage();
}

export function findContext(id: u32): Context | null {
  let address = load<usize>(chainOf(id));
  while (address != 0 && changetype<Context>(address).id != id) address = nextOf(address);
  return changetype<Context | null>(address);
}

export function addContext(context: Context): void {
  // @ts-ignore: built into the runtime
  const address = __pin(changetype<usize>(context));
  const chain = chainOf(context.id);
  store<usize>(address, load<usize>(chain), offsetof<Context>("next"));
  store<usize>(chain, address);
}

export function removeContext(context: Context): void {
  const address = changetype<usize>(context);
  let link = chainOf(context.id);
  while (load<usize>(link) != address) link = load<usize>(link) + offsetof<Context>("next");
  store<usize>(link, nextOf(address));
  // @ts-ignore: built into the runtime
  __unpin(address);
}

function chainOf(id: u32): usize {
  return chains + ((id % chainCount) << 2);
}

function nextOf(address: usize): usize {
  return load<usize>(address, offsetof<Context>("next"));
}
