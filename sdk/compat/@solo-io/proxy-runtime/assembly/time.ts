import { currentTimeNanoseconds } from "@wasm-hub/sdk";
import { proxy_set_tick_period_milliseconds } from "@wasm-hub/sdk/assembly/env";
import { report } from "./status";

export function get_current_time_nanoseconds(): u64 {
  return currentTimeNanoseconds();
}

export function set_tick_period_milliseconds(millisecond: u32): void {
  report("set_tick_period_milliseconds", proxy_set_tick_period_milliseconds(millisecond));
}
