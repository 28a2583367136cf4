import { HttpCall, HttpCallResponse, Status } from "@wasm-hub/sdk";
import { findContext } from "@wasm-hub/sdk/assembly/context-table";
import { viewOf } from "./bytes";
import { BaseContext, RootContext } from "./context";
import { Headers, headersOf } from "./header-pair";
import { WasmResultValues } from "./status";

/** What is to be done with a call's answer. */
export class HttpCallback {
  constructor(
    public origin_context: BaseContext,
    public cb: (origin_context: BaseContext, headers: u32, body_size: usize, trailers: u32) => void,
  ) {}

  call(headers: u32, body_size: usize, trailers: u32): void {
    const cb = this.cb;
    cb(this.origin_context, headers, body_size, trailers);
  }
}

/** A call of this SDK, whose answer goes to `RootContext.onHttpCallResponse`. */
export class PendingHttpCall extends HttpCall {
  constructor(
    cluster: string,
    private readonly root: RootContext,
    readonly callback: HttpCallback,
  ) {
    super(cluster, "");
  }

  get id(): u32 {
    return this.token;
  }

  /** BadArgument, as from Envoy, when one of `:method`, `:path` and `:authority` is missing. */
  start(pairs: Headers, body: ArrayBuffer, trailers: Headers): WasmResultValues {
    const headers = headersOf(pairs);
    let found = 0;
    for (let i = 0; i < headers.length; ++i) {
      const name = headers[i].name;
      if (name == ":method") this.method = headers[i].value;
      else if (name == ":path") this.path = headers[i].value;
      else if (name == ":authority") this.authority = headers[i].value;
      else {
        this.headers.push(headers[i]);
        continue;
      }
      ++found;
    }
    if (found != 3) return Status.BadArgument;
    this.body = viewOf(body);
    this.trailers = headersOf(trailers);
    const owner = findContext(this.callback.origin_context.context_id);
    return owner === null ? Status.NotFound : this.send(owner);
  }

  onResponse(response: HttpCallResponse): void {
    this.root.answer(this, response.headers.all().length, response.body.size, response.trailers.all().length);
  }

  onFailure(): void {
    this.root.answer(this, 0, 0, 0);
  }

  /** Whoever made the call is gone, so nobody is told. */
  abandon(): void {
    super.abandon();
    this.root.forget(this);
  }
}
