import { proxy_get_current_time_nanoseconds } from "./env";

const cell: usize = memory.data(8, 8);

/** Nanoseconds since 1970, by the host's clock. */
export function currentTimeNanoseconds(): u64 {
  store<u64>(cell, 0);
  proxy_get_current_time_nanoseconds(cell);
  return load<u64>(cell);
}
