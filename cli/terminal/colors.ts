import type { Variables } from "../env.ts";

/**
 * Whether an output is to be coloured. FORCE_COLOR is asked first, then NO_COLOR (no-color.org), then whether it is a
 * terminal that can.
 */
export function wantsColors(vars: Variables, isTTY: boolean): boolean {
  const force = vars["FORCE_COLOR"];
  if (force !== undefined) return !["0", "false"].includes(force);
  if (vars["NO_COLOR"]) return false;
  return isTTY && vars["TERM"] !== "dumb";
}
