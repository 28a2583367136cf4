import { Status, log } from "@wasm-hub/sdk";

export { Status as WasmResultValues } from "@wasm-hub/sdk";

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
export function report(call: string, result: Status): void {
  if (result != Status.Ok) log.critical(`${call}: the host refused, with status ${result}`);
}
