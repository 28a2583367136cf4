import { Action, HttpContext, registerHttpFilter } from "@wasm-hub/sdk";

// Makes garbage of every kind on each stream: strings, arrays, bodies that do not fit what the SDK keeps ready.

class Endurance extends HttpContext {
  private seen: string[] = [];
  private characters: i32 = 0;

  onRequestHeaders(endOfStream: bool): Action {
    const all = this.requestHeaders.all();
    for (let i = 0; i < all.length; ++i) this.seen.push(all[i].name + "=" + all[i].value);
    this.requestHeaders.set("x-seen", this.seen.join("; "));
    return Action.Continue;
  }

  onRequestBody(size: u32, endOfStream: bool): Action {
    if (!endOfStream) return Action.Pause;
    const body = this.requestBody.get();
    if (body !== null) {
      this.characters = body.length;
      this.requestBody.set(body + this.seen[this.seen.length - 1]);
    }
    return Action.Continue;
  }

  onResponseHeaders(endOfStream: bool): Action {
    this.responseHeaders.remove("content-length");
    this.responseHeaders.set("x-memory-pages", memory.size().toString());
    return Action.Continue;
  }

  onResponseBody(size: u32, endOfStream: bool): Action {
    if (!endOfStream) return Action.Pause;
    const body = this.responseBody.get();
    if (body !== null) this.responseBody.set(body.replace("{user}", this.characters.toString()));
    return Action.Continue;
  }
}

registerHttpFilter("bench", () => new Endurance());
