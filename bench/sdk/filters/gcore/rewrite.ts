export * from "@gcoredev/proxy-wasm-sdk-as/assembly/proxy";
import {
  BufferTypeValues,
  Context,
  FilterDataStatusValues,
  FilterHeadersStatusValues,
  RootContext,
  get_buffer_bytes,
  registerRootContext,
  set_buffer_bytes,
  stream_context,
} from "@gcoredev/proxy-wasm-sdk-as/assembly";

class Root extends RootContext {
  createContext(id: u32): Context {
    return new Rewrite(id, this);
  }
}

class Rewrite extends Context {
  user: string = "nobody";

  constructor(id: u32, root: Root) {
    super(id, root);
  }

  onRequestHeaders(count: u32, endOfStream: bool): FilterHeadersStatusValues {
    const headers = stream_context.headers.request;
    const all = headers.get_headers();
    let bytes = 0;
    for (let i = 0; i < all.length; ++i) bytes += String.UTF8.decode(all[i].value).length;
    const user = headers.get("x-user");
    if (user.length > 0) this.user = user;
    headers.replace("x-header-count", all.length.toString());
    headers.replace("x-header-bytes", bytes.toString());
    headers.replace("x-user-id", this.user);
    headers.replace("x-filter", "rewrite");
    headers.replace("x-stage", "request");
    return FilterHeadersStatusValues.Continue;
  }

  onResponseHeaders(count: u32, endOfStream: bool): FilterHeadersStatusValues {
    stream_context.headers.response.remove("content-length");
    return FilterHeadersStatusValues.Continue;
  }

  onResponseBody(size: usize, endOfStream: bool): FilterDataStatusValues {
    if (!endOfStream) return FilterDataStatusValues.StopIterationAndBuffer;
    const body = String.UTF8.decode(get_buffer_bytes(BufferTypeValues.HttpResponseBody, 0, size as u32));
    const changed = String.UTF8.encode(body.replace("{user}", this.user));
    set_buffer_bytes(BufferTypeValues.HttpResponseBody, 0, size as u32, changed);
    return FilterDataStatusValues.Continue;
  }
}

registerRootContext((id: u32) => new Root(id), "bench");
