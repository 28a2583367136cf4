import { Action, HttpContext, registerHttpFilter } from "@wasm-hub/sdk";

class AddHeader extends HttpContext {
  onResponseHeaders(endOfStream: bool): Action {
    this.responseHeaders.set("x-hello", "world");
    return Action.Continue;
  }
}

registerHttpFilter("bench", () => new AddHeader());
