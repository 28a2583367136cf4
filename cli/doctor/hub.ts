import type { Context } from "../context.ts";
import { readHost } from "../host.ts";
import { openRegistry } from "../registries.ts";
import { type Finding, fromError, ok } from "./check.ts";

/** The registry of references that name none answers. */
export async function checkHub(context: Context): Promise<Finding> {
  const given = context.vars["WASM_HUB"];
  if (!given) return ok("WASM_HUB is not set: references name their registry");
  try {
    const host = readHost(given);
    await openRegistry(context, host).ping(context.signal);
    return ok(`${host} answers`);
  } catch (error) {
    context.signal.throwIfAborted();
    return fromError(error);
  }
}
