// As for version 0.1.1, with the AssemblyScript of its day: fields without values, callbacks with fewer parameters.
export * from "@solo-io/proxy-runtime/proxy";
import {
  RootContext,
  Context,
  RootContextHelper,
  ContextHelper,
  registerRootContext,
  FilterHeadersStatusValues,
  stream_context,
} from "@solo-io/proxy-runtime";

class FirstRoot extends RootContext {
  configuration: string;

  onConfigure(): bool {
    const bytes = super.getConfiguration();
    this.configuration = String.UTF8.decode(bytes);
    return true;
  }

  createContext(): Context {
    return ContextHelper.wrap(new FirstStream(this));
  }
}

class FirstStream extends Context {
  root_context: FirstRoot;
  user: string;
  seen: Seen;

  constructor(root_context: FirstRoot) {
    super();
    this.root_context = root_context;
  }

  onRequestHeaders(a: u32): FilterHeadersStatusValues {
    this.seen = new Seen();
    this.seen.headers = a;
    return FilterHeadersStatusValues.Continue;
  }

  onResponseHeaders(a: u32): FilterHeadersStatusValues {
    const response = stream_context.headers.response;
    response.add("hello", this.root_context.configuration + "/" + this.user);
    response.add("x-stream", (this.context_id > this.root_context.context_id && this.seen.headers > 0).toString());
    return FilterHeadersStatusValues.Continue;
  }
}

class Seen {
  headers: u32;
}

registerRootContext(() => {
  return RootContextHelper.wrap(new FirstRoot());
}, "first");
