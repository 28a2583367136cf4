import { Action, HttpContext, PeerType, RootContext, SharedQueue, TcpContext } from "@wasm-hub/sdk";
import { fieldCount } from "@wasm-hub/sdk/assembly/callbacks";
import { Context as SdkContext } from "@wasm-hub/sdk/assembly/context";
import { newContextId } from "@wasm-hub/sdk/assembly/context-table";
import { Context, RootContext as OldRootContext, createStream } from "./context";
import { FilterHeadersStatusValues } from "./status";

// Contexts of this SDK that hand what they are told to one of the old package's.

export class RootAdapter extends RootContext {
  constructor(private readonly old: OldRootContext) {
    super();
    old.context_id = this.id;
  }

  onVmStart(): bool {
    return this.old.onStart(sizeOf(this.vmConfigurationData));
  }

  onConfigure(): bool {
    this.old.configurationText = this.configuration;
    return this.old.onConfigure(sizeOf(this.configurationData));
  }

  createHttpContext(): HttpContext | null {
    return new HttpAdapter(createStream(this.old, newContextId));
  }

  onTick(): void {
    this.old.onTick();
  }

  onQueueReady(queue: SharedQueue): void {
    this.old.onQueueReady(queue.token);
  }

  onDone(): bool {
    return this.old.onDone();
  }

  onDelete(): void {
    this.old.onDelete();
  }
}

class HttpAdapter extends HttpContext {
  constructor(private readonly old: Context) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    return actionOf(this.old.onRequestHeaders(fieldCount, endOfStream));
  }

  onRequestBody(size: u32, endOfStream: bool): Action {
    return <i32>this.old.onRequestBody(size, endOfStream);
  }

  onRequestTrailers(): Action {
    return <i32>this.old.onRequestTrailers(fieldCount);
  }

  onResponseHeaders(endOfStream: bool): Action {
    return actionOf(this.old.onResponseHeaders(fieldCount, endOfStream));
  }

  onResponseBody(size: u32, endOfStream: bool): Action {
    return <i32>this.old.onResponseBody(size, endOfStream);
  }

  onResponseTrailers(): Action {
    return <i32>this.old.onResponseTrailers(fieldCount);
  }

  onDone(): bool {
    return this.old.onDone();
  }

  onLog(): void {
    this.old.onLog();
  }

  onDelete(): void {
    this.old.onDelete();
  }

  /** The old package has one class for both kinds. */
  asConnection(): SdkContext | null {
    return new TcpAdapter(this.old);
  }
}

class TcpAdapter extends TcpContext {
  constructor(private readonly old: Context) {
    super();
  }

  onNewConnection(): Action {
    return <i32>this.old.onNewConnection();
  }

  onDownstreamData(size: u32, endOfStream: bool): Action {
    return <i32>this.old.onDownstreamData(size, endOfStream);
  }

  onUpstreamData(size: u32, endOfStream: bool): Action {
    return <i32>this.old.onUpstreamData(size, endOfStream);
  }

  onDownstreamClose(peer: PeerType): void {
    this.old.onDownstreamConnectionClose(<i32>peer);
  }

  onUpstreamClose(peer: PeerType): void {
    this.old.onUpstreamConnectionClose(<i32>peer);
  }

  onDone(): bool {
    return this.old.onDone();
  }

  onLog(): void {
    this.old.onLog();
  }

  onDelete(): void {
    this.old.onDelete();
  }
}

/** Envoy takes "continue and end the stream" for "continue". */
function actionOf(status: FilterHeadersStatusValues): Action {
  const goesOn =
    status == FilterHeadersStatusValues.Continue || status == FilterHeadersStatusValues.ContinueAndEndStream;
  return goesOn ? Action.Continue : Action.Pause;
}

function sizeOf(data: ArrayBuffer | null): u32 {
  return data === null ? 0 : data.byteLength;
}
