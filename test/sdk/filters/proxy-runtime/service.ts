export * from "@solo-io/proxy-runtime/proxy";
import {
  RootContext,
  Context,
  BaseContext,
  registerRootContext,
  FilterHeadersStatusValues,
  WasmResultValues,
  BufferTypeValues,
  Gauge,
  Histogram,
  Counter,
  makeHeaderPair,
  stream_context,
  get_buffer_bytes,
  get_property,
  set_property,
  get_shared_data,
  set_shared_data,
  register_shared_queue,
  resolve_shared_queue,
  enqueue_shared_queue,
  dequeue_shared_queue,
  set_tick_period_milliseconds,
  call_foreign_function,
  log,
  LogLevelValues,
} from "@solo-io/proxy-runtime/assembly";
import { get_metric, define_metric, MetricTypeValues, logLevel } from "@solo-io/proxy-runtime/assembly/runtime";

class ServiceRoot extends RootContext {
  requests: Counter = new Counter("old_requests");
  open: Gauge = new Gauge("old_open");
  sizes: Histogram = new Histogram("old_sizes");
  queue: u32 = 0;

  onStart(vm_configuration_size: usize): bool {
    log(LogLevelValues.info, "started with " + vm_configuration_size.toString() + " bytes");
    return super.onStart(vm_configuration_size);
  }

  onConfigure(configuration_size: u32): bool {
    const registered = register_shared_queue("old-queue");
    if (registered.result != WasmResultValues.Ok) return false;
    this.queue = registered.token;
    set_tick_period_milliseconds(10);
    return true;
  }

  onTick(): void {
    set_tick_period_milliseconds(0);
    const result = this.httpCall(
      "auth",
      [makeHeaderPair(":path", "/fetch"), makeHeaderPair(":method", "GET"), makeHeaderPair(":authority", "auth")],
      new ArrayBuffer(0),
      [],
      1000,
      this,
      (origin_context: BaseContext, headers: u32, body_size: usize, trailers: u32) => {
        const answer = get_buffer_bytes(BufferTypeValues.HttpCallResponseBody, 0, <u32>body_size);
        set_shared_data("old-answer", answer);
        const found = get_shared_data("old-answer");
        log(LogLevelValues.info, "stale: " + set_shared_data("old-answer", answer, <u32>found.cas + 1).toString());
        log(LogLevelValues.info, "fetched for " + origin_context.context_id.toString());
      },
    );
    if (result != WasmResultValues.Ok) log(LogLevelValues.error, "not sent: " + result.toString());
  }

  onQueueReady(token: u32): void {
    let entry = dequeue_shared_queue(token);
    while (entry.result == WasmResultValues.Ok) {
      log(LogLevelValues.info, "queued: " + String.UTF8.decode(entry.data!));
      entry = dequeue_shared_queue(token);
    }
    log(LogLevelValues.info, "queue at its end: " + entry.result.toString());
  }

  createContext(context_id: u32): Context {
    return new ServiceStream(context_id, this);
  }
}

class ServiceStream extends Context {
  constructor(context_id: u32, root_context: ServiceRoot) {
    super(context_id, root_context);
  }

  onRequestHeaders(a: u32, end_of_stream: bool): FilterHeadersStatusValues {
    const root = this.root_context as ServiceRoot;
    root.requests.increment(2);
    root.open.record(root.open.metric_id, 5);
    root.open.increment(-1);
    root.sizes.record(root.sizes.metric_id, 100);
    const answer = get_shared_data("old-answer");
    const text = answer.value === null ? "none" : String.UTF8.decode(answer.value!);
    const request = stream_context.headers.request;
    request.add("x-answer", text + " " + get_shared_data("old-nothing").result.toString());
    request.add("x-open", get_metric(root.open.metric_id).data.toString());
    request.add("x-property", String.UTF8.decode(get_property("request\0method")));
    request.add("x-no-property", get_property("no\0such").byteLength.toString());
    request.add("x-set", set_property("old", String.UTF8.encode("1")).toString());
    request.add("x-foreign", call_foreign_function("no_such_function", "argument").byteLength.toString());
    request.add("x-metric", define_metric(<MetricTypeValues>7, "old_wrong").result.toString());
    request.add("x-level", (logLevel() <= LogLevelValues.info).toString());
    enqueue_shared_queue(resolve_shared_queue("", "old-queue").token, String.UTF8.encode(request.get(":path")));
    request.add("x-no-queue", resolve_shared_queue("", "old-no-queue").result.toString());
    return FilterHeadersStatusValues.Continue;
  }
}

registerRootContext((context_id: u32) => {
  return new ServiceRoot(context_id);
}, "service");
