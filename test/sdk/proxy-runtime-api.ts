/**
 * What `@solo-io/proxy-runtime` exports: the names of 0.1.1, 0.1.8 and 0.1.15 together, with the latest version's
 * signatures where they differ.
 */

/** Of the package itself and of `/assembly`. */
export const indexNames = [
  ["BaseContext", "RootContext", "Context", "RootContextHelper", "ContextHelper", "registerRootContext"],
  ["LogLevelValues", "WasmResultValues", "GrpcStatusValues", "BufferTypeValues", "FilterStatusValues"],
  ["FilterHeadersStatusValues", "FilterMetadataStatusValues", "FilterTrailersStatusValues", "FilterDataStatusValues"],
  ["stream_context", "HeaderPair", "Headers", "makeHeaderPair", "Gauge", "Histogram", "Counter", "log", "HttpCallback"],
  ["send_local_response", "continue_request", "continue_response", "proxy_set_effective_context", "set_property"],
  ["get_property", "get_shared_data", "set_shared_data", "set_tick_period_milliseconds", "register_shared_queue"],
  ["resolve_shared_queue", "enqueue_shared_queue", "dequeue_shared_queue", "get_buffer_bytes", "call_foreign_function"],
].flat();

/** Functions of `/runtime`, by their types; the types of results that have no exported name are left to the compiler. */
export const functions: Readonly<Record<string, string>> = {
  abort_proc_exit: "(message: string | null, fileName: string | null, line: u32, column: u32) => void",
  add_header_map_value: "(typ: HeaderMapTypeValues, key: ArrayBuffer, value: ArrayBuffer) => WasmResultValues",
  add_header_map_value_string: "(typ: HeaderMapTypeValues, key: string, value: string) => WasmResultValues",
  call_foreign_function: "(name: string, argument: string) => ArrayBuffer",
  clear_route_cache: "() => WasmResultValues",
  continue_request: "() => WasmResultValues",
  continue_response: "() => WasmResultValues",
  done: "() => WasmResultValues",
  enqueue_shared_queue: "(token: u32, data: ArrayBuffer) => WasmResultValues",
  get_buffer_bytes: "(typ: BufferTypeValues, start: u32, length: u32) => ArrayBuffer",
  get_current_time_nanoseconds: "() => u64",
  get_header_map_size: "(typ: HeaderMapTypeValues) => usize",
  get_header_map_value: "(typ: HeaderMapTypeValues, key: ArrayBuffer) => ArrayBuffer",
  get_property: "(path: string) => ArrayBuffer",
  increment_metric: "(metric_id: u32, offset: i64) => WasmResultValues",
  log: "(level: LogLevelValues, message: string) => void",
  logLevel: "() => LogLevelValues",
  makeHeaderPair: "(key: string, value: string) => HeaderPair",
  proxy_set_effective_context: "(id: u32) => WasmResultValues",
  record_metric: "(metric_id: u32, value: u64) => WasmResultValues",
  registerRootContext: "(factory: (context_id: u32) => RootContext, name: string) => void",
  remove_header_map_value: "(typ: HeaderMapTypeValues, key: ArrayBuffer) => void",
  remove_header_map_value_string: "(typ: HeaderMapTypeValues, key: string) => void",
  replace_header_map_value: "(typ: HeaderMapTypeValues, key: ArrayBuffer, value: ArrayBuffer) => void",
  replace_header_map_value_string: "(typ: HeaderMapTypeValues, key: string, value: string) => void",
  send_local_response:
    "(code: u32, details: string, body: ArrayBuffer, headers: Headers, grpc: GrpcStatusValues) => WasmResultValues",
  set_effective_context: "(id: u32) => WasmResultValues",
  set_property: "(path: string, data: ArrayBuffer) => WasmResultValues",
  set_shared_data: "(key: string, value: ArrayBuffer, cas: u32) => WasmResultValues",
  set_tick_period_milliseconds: "(millisecond: u32) => void",
};

/** Uses of what is no function with types of its own, each as an expression and its type. */
export const uses: Readonly<Record<string, readonly string[]>> = {
  define_metric: ['define_metric(MetricTypeValues.Gauge, "a").metric_id == 0', 'define_metric(0, "a").result == 0'],
  dequeue_shared_queue: ["dequeue_shared_queue(1).data === null", "dequeue_shared_queue(1).result == 0"],
  get_buffer_status: [
    "get_buffer_status(0).result == 0",
    "get_buffer_status(0).length + get_buffer_status(0).flags == 0",
  ],
  get_metric: ["get_metric(1).result == 0", "get_metric(1).data == 0"],
  get_shared_data: [
    'get_shared_data("a").value === null',
    'get_shared_data("a").cas + get_shared_data("a").result == 0',
  ],
  get_status: ["get_status().status == 0", "get_status().data.byteLength == 0"],
  register_shared_queue: ['register_shared_queue("a").token + register_shared_queue("a").result == 0'],
  resolve_shared_queue: ['resolve_shared_queue("", "a").token + resolve_shared_queue("", "a").result == 0'],
  stream_context: ["request", "response", "http_callback"].flatMap((map) =>
    ["headers", "trailers"].flatMap((kind) => [
      `stream_context.${kind}.${map}.get("a").length == 0`,
      `stream_context.${kind}.${map}.get_headers().length == 0`,
    ]),
  ),
  BaseContext: ["(root as BaseContext).context_id == 0", "(root as BaseContext).onDone()"],
  RootContext: [
    'root.getConfiguration() == ""',
    "root.createContext(1).root_context === root",
    "root.validateConfiguration(<usize>1) && root.onConfigure(<u32>1) && root.onStart(<usize>1)",
    "(root.cancelPendingRequests(), root.onTick(), root.done(), root.onQueueReady(1), true)",
    "(root.onHttpCallResponse(1, 2, 3, 4), root.onDelete(), root.continueRequest(), true)",
    'root.httpCall("a", [], new ArrayBuffer(0), [], 1, root, (c: BaseContext, h: u32, b: usize, t: u32) => {}) == 0',
  ],
  Context: [
    "stream.onRequestHeaders(1, true) == FilterHeadersStatusValues.Continue",
    "stream.onResponseHeaders(1, true) == FilterHeadersStatusValues.Continue",
    "stream.onRequestBody(<usize>1, true) == FilterDataStatusValues.Continue",
    "stream.onResponseBody(<usize>1, true) == FilterDataStatusValues.Continue",
    "stream.onRequestTrailers(1) == FilterTrailersStatusValues.Continue",
    "stream.onResponseTrailers(1) == FilterTrailersStatusValues.Continue",
    "stream.onRequestMetadata(1) == FilterMetadataStatusValues.Continue",
    "stream.onResponseMetadata(1) == FilterMetadataStatusValues.Continue",
    "stream.onNewConnection() == FilterStatusValues.Continue",
    "stream.onDownstreamData(<usize>1, true) == stream.onUpstreamData(<usize>1, true)",
    "(stream.onDownstreamConnectionClose(PeerTypeValues.Local), stream.onLog(), true)",
    "stream.onDone() && stream.setEffectiveContext() == WasmResultValues.Ok",
  ],
  RootContextHelper: ["RootContextHelper.wrap(root) === root"],
  ContextHelper: ["ContextHelper.wrap(stream) === stream"],
  HttpCallback: ["new HttpCallback(root, (c: BaseContext, h: u32, b: usize, t: u32) => {}).origin_context === root"],
  HeaderPair: [
    "new HeaderPair(new ArrayBuffer(1), new ArrayBuffer(2)).key.byteLength == 1",
    'makeHeaderPair("a", "b").toString() == "a:b"',
  ],
  Headers: ["([] as Headers).length == 0"],
  Counter: ['new Counter("a").increment(<u32>1) == 0', 'new Counter("a").metric_id == 0'],
  Gauge: ['new Gauge("a").increment(<i64>-1) == 0', 'new Gauge("a").record(<u32>1, <u64>2) == 0'],
  Histogram: ['new Histogram("a").increment(<i64>-1) == 0', 'new Histogram("a").record(<u32>1, <u64>2) == 0'],
};

const count = (...names: string[]): Record<string, number> =>
  Object.fromEntries(names.map((name, index) => [name, index]));

export const enums: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  LogLevelValues: count("trace", "debug", "info", "warn", "error", "critical"),
  FilterStatusValues: count("Continue", "StopIteration"),
  FilterHeadersStatusValues: count(
    "Continue",
    "StopIteration",
    "ContinueAndEndStream",
    "StopAllIterationAndBuffer",
    "StopAllIterationAndWatermark",
  ),
  FilterMetadataStatusValues: count("Continue"),
  FilterTrailersStatusValues: count("Continue", "StopIteration"),
  FilterDataStatusValues: count(
    "Continue",
    "StopIterationAndBuffer",
    "StopIterationAndWatermark",
    "StopIterationNoBuffer",
  ),
  GrpcStatusValues: {
    ...count("Ok", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists"),
    PermissionDenied: 7,
    ResourceExhausted: 8,
    FailedPrecondition: 9,
    Aborted: 10,
    OutOfRange: 11,
    Unimplemented: 12,
    Internal: 13,
    Unavailable: 14,
    DataLoss: 15,
    Unauthenticated: 16,
    MaximumValid: 16,
    InvalidCode: -1,
  },
  MetricTypeValues: count("Counter", "Gauge", "Histogram"),
  PeerTypeValues: count("Unknown", "Local", "Remote"),
  WasmResultValues: count(
    "Ok",
    "NotFound",
    "BadArgument",
    "SerializationFailure",
    "ParseFailure",
    "BadExpression",
    "InvalidMemoryAccess",
    "Empty",
    "CasMismatch",
    "ResultMismatch",
    "InternalFailure",
    "BrokenConnection",
    "Unimplemented",
  ),
  HeaderMapTypeValues: {
    ...count("RequestHeaders", "RequestTrailers", "ResponseHeaders", "ResponseTrailers", "GrpcReceiveInitialMetadata"),
    GrpcReceiveTrailingMetadata: 5,
    HttpCallResponseHeaders: 6,
    HttpCallResponseTrailers: 7,
    MAX: 7,
  },
  BufferTypeValues: {
    ...count("HttpRequestBody", "HttpResponseBody", "NetworkDownstreamData", "NetworkUpstreamData"),
    HttpCallResponseBody: 4,
    GrpcReceiveBuffer: 5,
    VmConfiguration: 6,
    PluginConfiguration: 7,
    CallData: 8,
    MAX: 8,
  },
  BufferFlagsValues: { EndOfStream: 1 },
  StreamTypeValues: { ...count("Request", "Response", "Downstream", "Upstream"), MAX: 3 },
};

/** Of `/proxy`. */
export const callbacks = [
  ["proxy_abi_version_0_2_1", "proxy_on_configure", "proxy_on_context_create", "proxy_on_delete", "proxy_on_done"],
  ["proxy_on_downstream_connection_close", "proxy_on_downstream_data", "proxy_on_foreign_function", "proxy_on_log"],
  ["proxy_on_grpc_close", "proxy_on_grpc_receive", "proxy_on_grpc_receive_initial_metadata", "proxy_on_queue_ready"],
  ["proxy_on_http_call_response", "proxy_on_new_connection", "proxy_on_request_body", "proxy_on_request_headers"],
  ["proxy_on_request_trailers", "proxy_on_response_body", "proxy_on_response_headers", "proxy_on_response_trailers"],
  ["proxy_on_tick", "proxy_on_upstream_connection_close", "proxy_on_upstream_data", "proxy_on_vm_start"],
].flat();

/** What there is no more: docs/guides/from-proxy-runtime.md says why. */
export const missing = [
  [
    "Reference",
    "deleteContext",
    "ensureContext",
    "ensureRootContext",
    "getBaseContext",
    "getContext",
    "getRootContext",
  ],
  ["free", "malloc", "proxy_abi_version_0_1_0", "proxy_abi_version_0_2_0", "proxy_on_create", "proxy_on_start"],
  ["proxy_on_grpc_create_initial_metadata", "proxy_on_grpc_trailing_metadata", "proxy_on_request_metadata"],
  ["proxy_on_response_metadata", "proxy_validate_configuration"],
].flat();
