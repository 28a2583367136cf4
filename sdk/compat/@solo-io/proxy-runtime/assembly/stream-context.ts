import { HeaderMap } from "@wasm-hub/sdk";
import { Headers, headersOf, pairsOf } from "./header-pair";
import { report } from "./status";
import { HeaderMapTypeValues } from "./types";

class HeaderStreamManipulator {
  private readonly map: HeaderMap;

  constructor(readonly typ: HeaderMapTypeValues) {
    this.map = new HeaderMap(<i32>typ);
  }

  add(key: string, value: string): void {
    this.map.add(key, value);
  }

  /** Gives the header this one value, whether it was there or not. */
  replace(key: string, value: string): void {
    report(`replacing the header "${key}"`, this.map.set(key, value));
  }

  /** `""` when there is no such header. */
  get(key: string): string {
    const value = this.map.get(key);
    return value === null ? "" : value;
  }

  remove(key: string): void {
    report(`removing the header "${key}"`, this.map.remove(key));
  }

  get_headers(): Headers {
    return pairsOf(this.map.all());
  }

  /** Puts `headers` in place of all that are there. */
  set_headers(headers: Headers): void {
    report("set_headers", this.map.replaceAll(headersOf(headers)));
  }
}

class HeaderMapManipulator {
  constructor(
    public request: HeaderStreamManipulator,
    public response: HeaderStreamManipulator,
    /** Of the call whose callback is running. */
    public http_callback: HeaderStreamManipulator,
  ) {}
}

class StreamContext {
  constructor(
    public headers: HeaderMapManipulator,
    public trailers: HeaderMapManipulator,
  ) {}
}

/** The headers and trailers of the stream whose callback is running. */
export let stream_context: StreamContext = new StreamContext(
  new HeaderMapManipulator(
    new HeaderStreamManipulator(HeaderMapTypeValues.RequestHeaders),
    new HeaderStreamManipulator(HeaderMapTypeValues.ResponseHeaders),
    new HeaderStreamManipulator(HeaderMapTypeValues.HttpCallResponseHeaders),
  ),
  new HeaderMapManipulator(
    new HeaderStreamManipulator(HeaderMapTypeValues.RequestTrailers),
    new HeaderStreamManipulator(HeaderMapTypeValues.ResponseTrailers),
    new HeaderStreamManipulator(HeaderMapTypeValues.HttpCallResponseTrailers),
  ),
);
