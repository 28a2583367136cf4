// The API of @solo-io/proxy-runtime 0.1, on top of this SDK, for filters that were written for it.
// docs/guides/from-proxy-runtime.md has what is different.
export { abort as abort_proc_exit } from "@wasm-hub/sdk/assembly/abort";
export { get_buffer_bytes, get_buffer_status } from "./buffer";
export { BaseContext, Context, ContextHelper, RootContext, RootContextHelper } from "./context";
export { call_foreign_function } from "./foreign-function";
export { GrpcStatusValues } from "./grpc-status";
export { HeaderPair, Headers, makeHeaderPair } from "./header-pair";
export {
  add_header_map_value,
  add_header_map_value_string,
  get_header_map_size,
  get_header_map_value,
  remove_header_map_value,
  remove_header_map_value_string,
  replace_header_map_value,
  replace_header_map_value_string,
} from "./header-map";
export { HttpCallback } from "./http-call";
export { LogLevelValues, log, logLevel } from "./log";
export {
  Counter,
  Gauge,
  Histogram,
  MetricTypeValues,
  define_metric,
  get_metric,
  increment_metric,
  record_metric,
} from "./metric";
export { get_property, set_property } from "./property";
export { registerRootContext } from "./registry";
export { get_shared_data, set_shared_data } from "./shared-data";
export {
  dequeue_shared_queue,
  enqueue_shared_queue,
  register_shared_queue,
  resolve_shared_queue,
} from "./shared-queue";
export {
  FilterDataStatusValues,
  FilterHeadersStatusValues,
  FilterMetadataStatusValues,
  FilterStatusValues,
  FilterTrailersStatusValues,
  WasmResultValues,
} from "./status";
export {
  clear_route_cache,
  continue_request,
  continue_response,
  done,
  get_status,
  proxy_set_effective_context,
  send_local_response,
  set_effective_context,
} from "./stream";
export { stream_context } from "./stream-context";
export { get_current_time_nanoseconds, set_tick_period_milliseconds } from "./time";
export { BufferFlagsValues, BufferTypeValues, HeaderMapTypeValues, PeerTypeValues, StreamTypeValues } from "./types";
