export * from "@solo-io/proxy-runtime/assembly/proxy";
import {
  RootContext,
  Context,
  RootContextHelper,
  ContextHelper,
  registerRootContext,
  FilterHeadersStatusValues,
  FilterDataStatusValues,
  GrpcStatusValues,
  WasmResultValues,
  BufferTypeValues,
  Headers,
  makeHeaderPair,
  stream_context,
  send_local_response,
  continue_request,
  get_buffer_bytes,
  log,
  LogLevelValues,
} from "@solo-io/proxy-runtime/assembly";

class AuthRoot extends RootContext {
  createContext(context_id: u32): Context {
    return ContextHelper.wrap(new Auth(context_id, this));
  }
}

class Auth extends Context {
  root_context: AuthRoot;
  allow: bool = false;

  constructor(context_id: u32, root_context: AuthRoot) {
    super(context_id, root_context);
    this.root_context = root_context;
  }

  onRequestHeaders(_a: u32): FilterHeadersStatusValues {
    const path = stream_context.headers.request.get("x-check");
    const headers: Headers = [];
    if (path != "/no-path") headers.push(makeHeaderPair(":path", path));
    headers.push(makeHeaderPair(":method", "GET"));
    headers.push(makeHeaderPair(":authority", "auth"));
    headers.push(makeHeaderPair("x-asked-by", this.context_id.toString()));
    const cluster = this.root_context.getConfiguration();

    const result = this.root_context.httpCall(
      cluster,
      headers,
      String.UTF8.encode("who is it?"),
      [],
      1000,
      this,
      (origin_context: Context, headers: u32, body_size: usize, trailers: u32) => {
        const context = origin_context as Auth;
        context.setEffectiveContext();
        const status = stream_context.headers.http_callback.get(":status");
        const body = String.UTF8.decode(get_buffer_bytes(BufferTypeValues.HttpCallResponseBody, 0, <u32>body_size));
        const all = stream_context.headers.http_callback.get_headers().length;
        log(LogLevelValues.info, "answered " + status + " " + (headers == all).toString() + " " + trailers.toString());
        if (headers == 0 || status != "200") {
          send_local_response(401, "not authorized", String.UTF8.encode("no"), [], GrpcStatusValues.Unauthenticated);
          return;
        }
        context.allow = true;
        stream_context.headers.request.add("x-authorized", body);
        continue_request();
        log(LogLevelValues.info, "again: " + continue_request().toString());
      },
    );
    if (result != WasmResultValues.Ok) {
      const why = String.UTF8.encode("refused with " + result.toString());
      send_local_response(500, "no call", why, [], GrpcStatusValues.Internal);
    }
    return this.allow ? FilterHeadersStatusValues.Continue : FilterHeadersStatusValues.StopIteration;
  }

  onRequestBody(body_buffer_length: usize, end_of_stream: bool): FilterDataStatusValues {
    log(LogLevelValues.info, "a body, allowed: " + this.allow.toString());
    return this.allow ? FilterDataStatusValues.Continue : FilterDataStatusValues.StopIterationAndWatermark;
  }
}

registerRootContext((context_id: u32) => {
  return RootContextHelper.wrap(new AuthRoot(context_id));
}, "auth");
