// Functions that the host gives (Proxy-Wasm ABI 0.2.1). Only those that a filter reaches are linked into its module.
// The compiler takes this file's name as the import's module: "env", as the ABI wants it.
// Every `usize` is an address in the module's memory; every result is a Status.

export declare function proxy_log(level: u32, message: usize, messageSize: usize): u32;

export declare function proxy_get_current_time_nanoseconds(time: usize): u32;

export declare function proxy_set_tick_period_milliseconds(period: u32): u32;

export declare function proxy_set_effective_context(contextId: u32): u32;

export declare function proxy_done(): u32;

export declare function proxy_get_buffer_status(buffer: u32, size: usize, flags: usize): u32;

export declare function proxy_get_buffer_bytes(buffer: u32, start: usize, length: usize, data: usize, size: usize): u32;

export declare function proxy_set_buffer_bytes(buffer: u32, start: usize, length: usize, data: usize, size: usize): u32;

export declare function proxy_get_header_map_pairs(map: u32, data: usize, size: usize): u32;

export declare function proxy_set_header_map_pairs(map: u32, data: usize, size: usize): u32;

export declare function proxy_get_header_map_value(
  map: u32,
  name: usize,
  nameSize: usize,
  value: usize,
  valueSize: usize,
): u32;

export declare function proxy_add_header_map_value(
  map: u32,
  name: usize,
  nameSize: usize,
  value: usize,
  valueSize: usize,
): u32;

export declare function proxy_replace_header_map_value(
  map: u32,
  name: usize,
  nameSize: usize,
  value: usize,
  valueSize: usize,
): u32;

export declare function proxy_remove_header_map_value(map: u32, name: usize, nameSize: usize): u32;

export declare function proxy_send_local_response(
  status: u32,
  details: usize,
  detailsSize: usize,
  body: usize,
  bodySize: usize,
  headers: usize,
  headersSize: usize,
  grpcStatus: i32,
): u32;

export declare function proxy_continue_stream(stream: u32): u32;

export declare function proxy_get_property(path: usize, pathSize: usize, value: usize, valueSize: usize): u32;

export declare function proxy_set_property(path: usize, pathSize: usize, value: usize, valueSize: usize): u32;
