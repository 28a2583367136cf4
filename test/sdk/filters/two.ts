import { Action, HttpContext, RootContext, log, registerFilter, registerHttpFilter } from "@wasm-hub/sdk";

// Three filters in one module: one counts its streams for each configuration, one can end badly, one is wrong.

class CountingRoot extends RootContext {
  count: i32 = 0;

  onConfigure(): bool {
    return this.configuration != "refuse me";
  }

  onDone(): bool {
    log.info(`${this.configuration} ends after ${this.count}`);
    return true;
  }

  createHttpContext(): HttpContext {
    return new CountingStream(this);
  }
}

class CountingStream extends HttpContext {
  constructor(private root: CountingRoot) {
    super();
  }

  onResponseHeaders(endOfStream: bool): Action {
    this.responseHeaders.set("x-count", `${this.root.configuration} ${++this.root.count}`);
    return Action.Continue;
  }
}

class FailingStream extends HttpContext {
  constructor(private how: string) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    const how = this.requestHeaders.get("x-fail");
    if (how === null) return Action.Continue;
    if (how == "throw") throw new Error("asked to by " + this.how);
    if (how == "index") log.info([0][how.length].toString());
    if (how == "long") throw new Error("x".repeat(5000));
    while (true) heap.alloc(1 << 29);
  }
}

class SharingRoot extends RootContext {
  private shared: HttpContext = new HttpContext();

  createHttpContext(): HttpContext {
    return this.shared;
  }
}

registerFilter("sharing", () => new SharingRoot());
registerFilter("counting", () => new CountingRoot());
registerHttpFilter("failing", (root) => new FailingStream(root.configuration));
