import { log } from "@wasm-hub/sdk";
import { findContext } from "@wasm-hub/sdk/assembly/context-table";
import { HttpCallback, PendingHttpCall } from "./http-call";
import { Headers } from "./header-pair";
import {
  FilterDataStatusValues,
  FilterHeadersStatusValues,
  FilterMetadataStatusValues,
  FilterStatusValues,
  FilterTrailersStatusValues,
  WasmResultValues,
  report,
} from "./status";
import { continue_request, httpStream, set_effective_context } from "./stream";
import { PeerTypeValues } from "./types";

/**
 * The old package's contexts. They hold nothing of the SDK's: what calls them is in adapter.ts, and what they call finds
 * the SDK's context by their id. Constructors take no arguments too, as in version 0.1.1, where the ids came later.
 */
export abstract class BaseContext {
  constructor(public context_id: u32 = 0) {}

  /** Lets this stream's request go on; of a root context, that of the stream that is being acted for. */
  continueRequest(): void {
    const stream = httpStream(this.context_id);
    report("continueRequest", stream === null ? continue_request() : stream.resumeRequest());
  }

  onDone(): bool {
    return true;
  }

  onDelete(): void {}
}

/** One configuration of the filter. */
export class RootContext extends BaseContext {
  /** The layer's: what `getConfiguration` gives. */
  configurationText: string = "";
  private calls: PendingHttpCall[] = [];

  constructor(context_id: u32 = 0) {
    super(context_id);
  }

  /** The plugin's configuration, whether or not `onConfigure` is overridden. */
  getConfiguration(): string {
    return this.configurationText;
  }

  /** What `getConfiguration` gave in version 0.1.1; the compiler calls this one in filters for it. */
  getConfigurationBytes(): ArrayBuffer {
    return String.UTF8.encode(this.configurationText);
  }

  createContext(context_id: u32): Context {
    log.error("a root context without createContext: its streams pass untouched");
    return new Context(context_id, this);
  }

  validateConfiguration(configuration_size: usize): bool {
    return true;
  }

  onConfigure(configuration_size: u32): bool {
    return true;
  }

  onStart(vm_configuration_size: usize): bool {
    return true;
  }

  onTick(): void {}

  onQueueReady(token: u32): void {}

  onDone(): bool {
    this.cancelPendingRequests();
    return true;
  }

  /** Ends this context, after `onDone` returned false. */
  done(): void {
    const context = findContext(this.context_id);
    if (context !== null) context.done();
  }

  /**
   * @param headers with `:method`, `:path` and `:authority`
   * @param cb told the numbers of headers, of bytes of the body, and of trailers; of a call that failed there are no headers
   */
  httpCall<T extends BaseContext = BaseContext>(
    cluster: string,
    headers: Headers,
    body: ArrayBuffer,
    trailers: Headers,
    timeout_milliseconds: u32,
    origin_context: BaseContext,
    cb: (origin_context: T, headers: u32, body_size: usize, trailers: u32) => void,
  ): WasmResultValues {
    const callback =
      changetype<(origin_context: BaseContext, headers: u32, body_size: usize, trailers: u32) => void>(cb);
    const call = new PendingHttpCall(cluster, this, new HttpCallback(origin_context, callback));
    call.timeoutMs = timeout_milliseconds;
    const result = call.start(headers, body, trailers);
    if (result == WasmResultValues.Ok) this.calls.push(call);
    return result;
  }

  /** Calls the callback of the call that has this token. */
  onHttpCallResponse(token: u32, headers: u32, body_size: u32, trailers: u32): void {
    for (let i = 0; i < this.calls.length; ++i) {
      const call = this.calls[i];
      if (call.id != token) continue;
      this.calls.splice(i, 1);
      call.callback.call(headers, body_size, trailers);
      return;
    }
    log.error(`onHttpCallResponse: no call has the token ${token}`);
  }

  /** Calls the callbacks of all calls that are under way, as if they had failed. */
  cancelPendingRequests(): void {
    const calls = this.calls;
    this.calls = [];
    for (let i = 0; i < calls.length; ++i) {
      calls[i].end();
      calls[i].callback.call(0, 0, 0);
    }
  }

  /** The layer's. */
  answer(call: PendingHttpCall, headers: u32, body_size: u32, trailers: u32): void {
    this.onHttpCallResponse(call.id, headers, body_size, trailers);
    this.forget(call);
  }

  /** The layer's. */
  forget(call: PendingHttpCall): void {
    const index = this.calls.indexOf(call);
    if (index >= 0) this.calls.splice(index, 1);
  }

  on_grpc_receive_initial_metadata(token: u32, headers: u32): void {}

  on_grpc_trailing_metadata(token: u32, trailers: u32): void {}

  on_grpc_receive(token: u32, response_size: u32): void {}

  on_grpc_close(token: u32, status_code: u32): void {}
}

/** The root context that is making a stream's. */
let creator: RootContext | null = null;

/** One HTTP stream, or one TCP connection. */
export class Context extends BaseContext {
  root_context: RootContext;

  constructor(context_id_: u32 = 0, root_context: RootContext | null = null) {
    super(context_id_);
    this.root_context = root_context !== null ? root_context : creator!;
  }

  onNewConnection(): FilterStatusValues {
    return FilterStatusValues.Continue;
  }

  onDownstreamData(size: usize, end: bool): FilterStatusValues {
    return FilterStatusValues.Continue;
  }

  onUpstreamData(size: usize, end: bool): FilterStatusValues {
    return FilterStatusValues.Continue;
  }

  onDownstreamConnectionClose(t: PeerTypeValues): void {}

  onUpstreamConnectionClose(t: PeerTypeValues): void {}

  /** @param a number of headers */
  onRequestHeaders(a: u32, end_of_stream: bool): FilterHeadersStatusValues {
    return FilterHeadersStatusValues.Continue;
  }

  onRequestMetadata(a: u32): FilterMetadataStatusValues {
    return FilterMetadataStatusValues.Continue;
  }

  onRequestBody(body_buffer_length: usize, end_of_stream: bool): FilterDataStatusValues {
    return FilterDataStatusValues.Continue;
  }

  onRequestTrailers(a: u32): FilterTrailersStatusValues {
    return FilterTrailersStatusValues.Continue;
  }

  onResponseHeaders(a: u32, end_of_stream: bool): FilterHeadersStatusValues {
    return FilterHeadersStatusValues.Continue;
  }

  onResponseMetadata(a: u32): FilterMetadataStatusValues {
    return FilterMetadataStatusValues.Continue;
  }

  onResponseBody(body_buffer_length: usize, end_of_stream: bool): FilterDataStatusValues {
    return FilterDataStatusValues.Continue;
  }

  onResponseTrailers(s: u32): FilterTrailersStatusValues {
    return FilterTrailersStatusValues.Continue;
  }

  onLog(): void {}

  /** Makes what follows in the running callback be about this stream. */
  setEffectiveContext(): WasmResultValues {
    return set_effective_context(this.context_id);
  }
}

/** The layer's: the context of a new stream. */
export function createStream(root: RootContext, id: u32): Context {
  creator = root;
  const stream = root.createContext(id);
  creator = null;
  stream.context_id = id;
  return stream;
}

/** For versions up to 0.1.7, when AssemblyScript had no virtual methods. */
export abstract class RootContextHelper {
  static wrap<T extends RootContext>(that: T): RootContext {
    return that;
  }
}

/** The same for the contexts of streams. */
export abstract class ContextHelper {
  static wrap<T extends Context>(that: T): Context {
    return that;
  }
}
