import { Context } from "./context";

// Contexts by id: an open-addressed table. Hosts count ids upwards, so the id itself spreads well. At most half full.

let slots = new StaticArray<Context | null>(16);
let count = 0;

/** The id that a context under construction takes. */
export let newContextId: u32 = 0;

/** The context whose callback is running; 0 when none is. */
export let currentContextId: u32 = 0;

export function setNewContextId(id: u32): void {
  newContextId = id;
}

/** Makes `id` current and returns the one before, to be set again at the callback's end: callbacks can nest. */
export function enterContext(id: u32): u32 {
  const outer = currentContextId;
  currentContextId = id;
  return outer;
}

export function findContext(id: u32): Context | null {
  return unchecked(slots[slotOf(id)]);
}

export function addContext(context: Context): void {
  if (++count * 2 > slots.length) grow();
  unchecked((slots[slotOf(context.id)] = context));
}

export function removeContext(id: u32): void {
  const mask = slots.length - 1;
  let hole = slotOf(id);
  if (unchecked(slots[hole]) === null) return;
  --count;
  // Those that follow move up, so that no search ends at the hole.
  for (let i = (hole + 1) & mask; ; i = (i + 1) & mask) {
    const context = unchecked(slots[i]);
    if (context === null) break;
    const home = <i32>context.id & mask;
    if (((i - home) & mask) >= ((i - hole) & mask)) {
      unchecked((slots[hole] = context));
      hole = i;
    }
  }
  unchecked((slots[hole] = null));
}

/** Where `id` is, or the free slot where it would go. */
function slotOf(id: u32): i32 {
  const mask = slots.length - 1;
  let slot = <i32>id & mask;
  let context = unchecked(slots[slot]);
  while (context !== null && context.id != id) {
    slot = (slot + 1) & mask;
    context = unchecked(slots[slot]);
  }
  return slot;
}

function grow(): void {
  const old = slots;
  slots = new StaticArray<Context | null>(old.length * 2);
  for (let i = 0; i < old.length; ++i) {
    const context = unchecked(old[i]);
    if (context !== null) unchecked((slots[slotOf(context.id)] = context));
  }
}
