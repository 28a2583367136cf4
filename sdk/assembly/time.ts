import { proxy_get_current_time_nanoseconds } from "./env";
import { clock_time_get } from "./wasi_snapshot_preview1";

const cell: usize = memory.data(8, 8);

/** `CLOCK_MONOTONIC`. */
const monotonic: u32 = 1;

/**
 * Nanoseconds since 1970, by the host's clock.
 *
 * ```ts
 * function seconds(): u64 {
 *   return currentTimeNanoseconds() / 1_000_000_000;
 * }
 * ```
 */
export function currentTimeNanoseconds(): u64 {
  store<u64>(cell, 0);
  proxy_get_current_time_nanoseconds(cell);
  return load<u64>(cell);
}

/**
 * Nanoseconds since some moment in the past, by a clock that is never set back: for how long things take.
 *
 * ```ts
 * class Timed extends HttpContext {
 *   private start: u64 = monotonicTimeNanoseconds();
 *
 *   onLog(): void {
 *     log.info(`${(monotonicTimeNanoseconds() - this.start) / 1_000_000} ms`);
 *   }
 * }
 * ```
 */
export function monotonicTimeNanoseconds(): u64 {
  store<u64>(cell, 0);
  clock_time_get(monotonic, 0, cell);
  return load<u64>(cell);
}
