import { Action, HttpContext, registerHttpFilter } from "@wasm-hub/sdk";

// Makes garbage on every stream.

class ChurningStream extends HttpContext {
  private kept: string[] = [];

  onRequestHeaders(endOfStream: bool): Action {
    const value = this.requestHeaders.get("x-large");
    if (value !== null) this.kept.push(value + "!");
    this.requestHeaders.set("x-copy", this.kept.join());
    return Action.Continue;
  }
}

registerHttpFilter("churn", () => new ChurningStream());
