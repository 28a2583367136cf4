export * from "@solo-io/proxy-runtime/proxy";
import {
  RootContext,
  Context,
  registerRootContext,
  FilterHeadersStatusValues,
  FilterDataStatusValues,
  FilterTrailersStatusValues,
  stream_context,
  log,
  LogLevelValues,
} from "@solo-io/proxy-runtime";
import { BufferTypeValues, get_buffer_bytes, get_buffer_status } from "@solo-io/proxy-runtime/runtime";
import { Body } from "@wasm-hub/sdk"; // what the old package can't do

class BodiesRoot extends RootContext {
  createContext(context_id: u32): Context {
    return new Bodies(context_id, this);
  }
}

class Bodies extends Context {
  onRequestHeaders(a: u32, end_of_stream: bool): FilterHeadersStatusValues {
    stream_context.headers.request.remove("content-length");
    return FilterHeadersStatusValues.Continue;
  }

  onRequestBody(body_buffer_length: usize, end_of_stream: bool): FilterDataStatusValues {
    if (!end_of_stream) return FilterDataStatusValues.StopIterationAndBuffer;
    const status = get_buffer_status(BufferTypeValues.HttpRequestBody);
    const whole = String.UTF8.decode(get_buffer_bytes(BufferTypeValues.HttpRequestBody, 0, <u32>body_buffer_length));
    const part = String.UTF8.decode(get_buffer_bytes(BufferTypeValues.HttpRequestBody, 1, 2));
    log(LogLevelValues.info, "body of " + status.length.toString() + ": " + whole.length.toString() + ", " + part);
    Body.request.set(whole.toUpperCase());
    return FilterDataStatusValues.Continue;
  }

  onResponseTrailers(a: u32): FilterTrailersStatusValues {
    stream_context.trailers.response.replace("x-check", "8, after " + a.toString());
    stream_context.trailers.response.remove("x-gone");
    return FilterTrailersStatusValues.Continue;
  }
}

registerRootContext((context_id: u32) => {
  return new BodiesRoot(context_id);
}, "bodies");
