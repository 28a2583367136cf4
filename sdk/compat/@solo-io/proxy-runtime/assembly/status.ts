import { log } from "@wasm-hub/sdk";

/** As `Status` of this SDK. */
export enum WasmResultValues {
  Ok = 0,
  NotFound = 1,
  BadArgument = 2,
  SerializationFailure = 3,
  ParseFailure = 4,
  BadExpression = 5,
  InvalidMemoryAccess = 6,
  Empty = 7,
  CasMismatch = 8,
  ResultMismatch = 9,
  InternalFailure = 10,
  BrokenConnection = 11,
  Unimplemented = 12,
}

export enum FilterStatusValues {
  Continue = 0,
  StopIteration = 1,
}

export enum FilterHeadersStatusValues {
  Continue = 0,
  StopIteration = 1,
  ContinueAndEndStream = 2,
  StopAllIterationAndBuffer = 3,
  StopAllIterationAndWatermark = 4,
}

export enum FilterMetadataStatusValues {
  Continue = 0,
}

export enum FilterTrailersStatusValues {
  Continue = 0,
  StopIteration = 1,
}

/** As `Action` of this SDK. */
export enum FilterDataStatusValues {
  Continue = 0,
  StopIterationAndBuffer = 1,
  StopIterationAndWatermark = 2,
  StopIterationNoBuffer = 3,
}

/** For functions that answer nothing: the old package ended the VM where the host refuses, this one says so in the log. */
export function report(call: string, result: WasmResultValues): void {
  if (result != WasmResultValues.Ok) log.critical(`${call}: the host refused, with status ${result}`);
}
