import { log as write } from "@wasm-hub/sdk";
import { proxy_get_log_level } from "@wasm-hub/sdk/assembly/env";

const levelCell: usize = memory.data(4, 4);

/** As `LogLevel` of this SDK. */
export enum LogLevelValues {
  trace,
  debug,
  info,
  warn,
  error,
  critical,
}

export function log(level: LogLevelValues, logMessage: string): void {
  write.write(<i32>level, logMessage);
}

/** The lowest level that the host writes. */
export function logLevel(): LogLevelValues {
  store<u32>(levelCell, 0);
  proxy_get_log_level(levelCell);
  return load<i32>(levelCell);
}
