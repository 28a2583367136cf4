export * from "@solo-io/proxy-runtime/proxy";
import {
  RootContext,
  Context,
  registerRootContext,
  FilterStatusValues,
  BufferTypeValues,
  get_buffer_bytes,
  log,
  LogLevelValues,
} from "@solo-io/proxy-runtime";
import { PeerTypeValues } from "@solo-io/proxy-runtime/runtime";

class TcpRoot extends RootContext {
  createContext(context_id: u32): Context {
    return new Tcp(context_id, this);
  }
}

class Tcp extends Context {
  onDownstreamData(size: usize, end: bool): FilterStatusValues {
    const text = String.UTF8.decode(get_buffer_bytes(BufferTypeValues.NetworkDownstreamData, 0, <u32>size));
    log(LogLevelValues.info, this.root_context.getConfiguration() + " down: " + text);
    return FilterStatusValues.Continue;
  }

  onUpstreamData(size: usize, end: bool): FilterStatusValues {
    const text = String.UTF8.decode(get_buffer_bytes(BufferTypeValues.NetworkUpstreamData, 0, <u32>size));
    log(LogLevelValues.info, "up: " + text);
    return FilterStatusValues.Continue;
  }

  onDownstreamConnectionClose(t: PeerTypeValues): void {
    log(LogLevelValues.info, "closed by " + t.toString());
  }

  onDone(): bool {
    log(LogLevelValues.info, "done " + super.onDone().toString());
    return true;
  }
}

registerRootContext((context_id: u32) => {
  return new TcpRoot(context_id);
}, "tcp");
