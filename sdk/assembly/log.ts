import { pop, push, pushedSize } from "./arguments";
import { proxy_get_log_level, proxy_log } from "./env";
import { Status } from "./status";

const levelCell: usize = memory.data(4, 4);

/**
 * ABI 0.2.1, `proxy_log_level_t`.
 *
 * ```ts
 * function report(isBad: bool, what: string): void {
 *   log.write(isBad ? LogLevel.Error : LogLevel.Debug, what);
 * }
 * ```
 */
export enum LogLevel {
  Trace = 0,
  Debug = 1,
  Info = 2,
  Warn = 3,
  Error = 4,
  Critical = 5,
}

/**
 * Writes to the host's log; Envoy shows what its component log level for `wasm` lets through.
 *
 * ```ts
 * class Talking extends HttpContext {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     log.debug(`${this.requestHeaders.get(":path")} in stream ${this.id}`);
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export namespace log {
  export function trace(message: string): void {
    write(LogLevel.Trace, message);
  }

  export function debug(message: string): void {
    write(LogLevel.Debug, message);
  }

  export function info(message: string): void {
    write(LogLevel.Info, message);
  }

  export function warn(message: string): void {
    write(LogLevel.Warn, message);
  }

  export function error(message: string): void {
    write(LogLevel.Error, message);
  }

  export function critical(message: string): void {
    write(LogLevel.Critical, message);
  }

  /**
   * Whether the host writes lines of a level now. The compiler puts this question before each call whose text is put
   * together, so that nobody need ask it to save time.
   */
  export function isEnabled(level: LogLevel): bool {
    return proxy_get_log_level(levelCell) != Status.Ok || level >= load<i32>(levelCell);
  }

  export function write(level: LogLevel, message: string): void {
    const text = push(message);
    proxy_log(level, text, pushedSize);
    pop(text);
  }
}
