import { Action, HttpContext, JsonKind, RootContext, log, parseJson, registerFilter } from "@wasm-hub/sdk";

// One configuration of the filter. Envoy makes one in each of its workers, when the filter is deployed.
class Root extends RootContext {
  header: string = "x-hello";
  value: string = "world";

  // Reads the configuration: what filter.yaml says under config.default, or what the deployment says instead.
  // Returning false refuses it, and Envoy goes on with what it had.
  onConfigure(): bool {
    if (this.configuration.length == 0) return true;
    const config = parseJson(this.configuration);
    if (config.kind != JsonKind.Object) {
      log.error("the configuration is not a JSON object");
      return false;
    }
    this.header = config.get("header").stringOr(this.header);
    this.value = config.get("value").stringOr(this.value);
    return true;
  }

  // Called for each request.
  createHttpContext(): HttpContext {
    return new Stream(this);
  }
}

// One request and its response. There are more callbacks to override: onRequestHeaders, onRequestBody, onResponseBody …
class Stream extends HttpContext {
  constructor(private root: Root) {
    super();
  }

  onResponseHeaders(endOfStream: bool): Action {
    this.responseHeaders.set(this.root.header, this.root.value);
    return Action.Continue;
  }
}

registerFilter("my-filter", () => new Root());
