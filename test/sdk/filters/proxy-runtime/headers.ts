export * from "@solo-io/proxy-runtime/proxy"; // this exports the required functions for the proxy to interact with us.
import {
  RootContext,
  Context,
  registerRootContext,
  FilterHeadersStatusValues,
  stream_context,
  send_local_response,
  GrpcStatusValues,
  Headers,
  HeaderPair,
  log,
  LogLevelValues,
} from "@solo-io/proxy-runtime";

class HeadersRoot extends RootContext {
  createContext(context_id: u32): Context {
    return new HeadersStream(context_id, this);
  }

  onConfigure(configuration_size: u32): bool {
    super.onConfigure(configuration_size);
    log(LogLevelValues.info, "configured with " + configuration_size.toString() + " bytes");
    return this.getConfiguration() != "bad";
  }

  onDelete(): void {
    super.onDelete();
    log(LogLevelValues.info, "gone: " + this.getConfiguration());
  }
}

class HeadersStream extends Context {
  constructor(context_id: u32, root_context: HeadersRoot) {
    super(context_id, root_context);
  }

  onRequestHeaders(count: u32, end_of_stream: bool): FilterHeadersStatusValues {
    const request = stream_context.headers.request;
    if (request.get(":path") == "/denied") {
      const headers: Headers = [new HeaderPair(String.UTF8.encode("x-why"), String.UTF8.encode("grüße"))];
      send_local_response(403, "denied", String.UTF8.encode("not here"), headers, GrpcStatusValues.PermissionDenied);
      return FilterHeadersStatusValues.StopIteration;
    }
    const all = request.get_headers();
    request.add("x-count", (count == all.length).toString());
    request.add("x-end", end_of_stream.toString());
    request.add("x-missing", '"' + request.get("x-not-there") + '"');
    request.replace("x-old", "new");
    request.remove("x-gone");
    for (let i = 0; i < all.length; i++) {
      if (String.UTF8.decode(all[i].key) == "x-bytes") request.add("x-length", all[i].value.byteLength.toString());
    }
    return FilterHeadersStatusValues.Continue;
  }

  onResponseHeaders(a: u32, end_of_stream: bool): FilterHeadersStatusValues {
    const root_context = this.root_context;
    if (root_context.getConfiguration() == "") {
      stream_context.headers.response.add("hello", "world!");
    } else {
      stream_context.headers.response.add("hello", root_context.getConfiguration());
    }
    return FilterHeadersStatusValues.Continue;
  }

  onLog(): void {
    log(LogLevelValues.info, "seen " + stream_context.headers.request.get(":path"));
  }
}

registerRootContext((context_id: u32) => {
  return new HeadersRoot(context_id);
}, "headers");
