import { Action, HttpContext, registerHttpFilter } from "@wasm-hub/sdk";

class Rewrite extends HttpContext {
  private user: string = "nobody";

  onRequestHeaders(endOfStream: bool): Action {
    const all = this.requestHeaders.all();
    let bytes = 0;
    for (let i = 0; i < all.length; ++i) bytes += all[i].value.length;
    const user = this.requestHeaders.get("x-user");
    if (user !== null) this.user = user;
    this.requestHeaders.set("x-header-count", all.length.toString());
    this.requestHeaders.set("x-header-bytes", bytes.toString());
    this.requestHeaders.set("x-user-id", this.user);
    this.requestHeaders.set("x-filter", "rewrite");
    this.requestHeaders.set("x-stage", "request");
    return Action.Continue;
  }

  onResponseHeaders(endOfStream: bool): Action {
    this.responseHeaders.remove("content-length");
    return Action.Continue;
  }

  onResponseBody(size: u32, endOfStream: bool): Action {
    if (!endOfStream) return Action.Pause;
    const body = this.responseBody.get();
    if (body !== null) this.responseBody.set(body.replace("{user}", this.user));
    return Action.Continue;
  }
}

registerHttpFilter("bench", () => new Rewrite());
