import {
  Action,
  Header,
  HttpContext,
  LogLevel,
  RootContext,
  Status,
  currentTimeNanoseconds,
  getBooleanProperty,
  getIntegerProperty,
  getProperty,
  getPropertyBytes,
  log,
  registerFilter,
  setProperty,
  setPropertyBytes,
} from "@wasm-hub/sdk";

// Does to each stream what its header x-probe asks for, and reports what the host answered in x-result.

class ProbeRoot extends RootContext {
  waiting: ProbeStream[] = [];

  onVmStart(): bool {
    log.info(`vm configuration: "${this.vmConfiguration}"`);
    return true;
  }

  onConfigure(): bool {
    log.info(`configuration: "${this.configuration}" of ${this.configurationBytes.length} bytes`);
    this.setTickPeriod(20);
    return this.configuration != "refuse me";
  }

  onTick(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (let i = 0; i < waiting.length; ++i) waiting[i].answer();
  }

  createHttpContext(): HttpContext {
    return new ProbeStream(this);
  }
}

class ProbeStream extends HttpContext {
  probe: string = "";

  constructor(private root: ProbeRoot) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    const headers = this.requestHeaders;
    const probe = headers.get("x-probe");
    if (probe !== null) this.probe = probe;
    if (this.probe.startsWith("body-")) headers.remove("content-length");

    if (this.probe == "end-of-stream") {
      this.report(endOfStream ? "end" : "more");
    } else if (this.probe == "lookup") {
      this.report(
        [
          quote(headers.get("x-missing")),
          quote(headers.get("x-empty")),
          quote(headers.get("x-many")),
          headers.has("x-missing").toString(),
          headers.has("x-empty").toString(),
          headers.getBytes("x-missing") === null ? "null" : "bytes",
        ].join(" "),
      );
    } else if (this.probe == "bytes") {
      const bytes = headers.getBytes("x-bytes");
      headers.set("x-text", quote(headers.get("x-bytes")));
      this.report(bytes === null ? "null" : hex(bytes));
      headers.setBytes("x-set", bytesOf([0xff, 0x80, 0x41, 0xc3]));
      headers.addBytes("x-set", bytesOf([0xfe]));
    } else if (this.probe == "edit") {
      headers.set("x-old", "new");
      headers.set("x-absent", "set");
      headers.add("x-old", "added");
      headers.set("x-empty", "");
      const gone = headers.remove("x-gone");
      this.report(`${gone} ${headers.remove("x-missing")}`);
    } else if (this.probe == "all") {
      const all = headers.all();
      let report = "";
      for (let i = 0; i < all.length; ++i) {
        if (all[i].name.startsWith("x-all"))
          report += all[i].name + "=" + all[i].value + ":" + hex(all[i].valueBytes) + " ";
      }
      this.report(report);
    } else if (this.probe == "replace-all") {
      const kept = headers.all().filter((header) => header.name.startsWith(":") || header.name == "x-forwarded-proto");
      kept.push(new Header("x-only", "grüße"));
      kept.push(Header.ofBytes("x-only", bytesOf([0xff])));
      headers.replaceAll(kept);
    } else if (this.probe == "large") {
      const large = headers.get("x-large");
      const bytes = headers.getBytes("x-large");
      if (large !== null && bytes !== null) {
        headers.set("x-copy", large);
        headers.setBytes("x-bytes-copy", bytes);
        this.report(`${headers.all().length > 4}`);
      }
    } else if (this.probe == "too-early") {
      this.report(
        [
          quote(this.responseHeaders.get("x")),
          this.responseHeaders.set("x", "y").toString(),
          this.responseHeaders.add("x", "y").toString(),
          this.responseHeaders.remove("x").toString(),
          this.responseHeaders.all().length.toString(),
          this.responseHeaders.replaceAll([]).toString(),
          quote(this.requestBody.get()),
          this.requestBody.size.toString(),
          this.requestBody.set("x").toString(),
          quote(this.requestTrailers.get("x")),
          this.resumeResponse().toString(),
        ].join(" "),
      );
    } else if (this.probe == "properties") {
      this.report(
        [
          quote(getProperty(["request", "path"])),
          quote(getProperty(["no", "such"])),
          quote(getProperty([])),
          getPropertyBytes(["no", "such"]) === null ? "null" : "bytes",
          (getIntegerProperty(["request", "time"], -1) > 1600000000000000000).toString(),
          getIntegerProperty(["no", "such"], -1).toString(),
          getIntegerProperty(["request", "path"], -2).toString(),
          getBooleanProperty(["connection", "mtls"], true).toString(),
          getBooleanProperty(["no", "such"], true).toString(),
          setProperty(["mine"], "grüße").toString(),
          quote(getProperty(["mine"])),
          setPropertyBytes(["bytes"], bytesOf([0, 0xff])).toString(),
          hex(getPropertyBytes(["bytes"])!),
          quote(getProperty(["plugin_root_id"])),
        ].join(" "),
      );
    } else if (this.probe == "time") {
      this.report((currentTimeNanoseconds() / 1000000).toString());
    } else if (this.probe == "log") {
      log.trace("a trace");
      log.debug("a debug");
      log.info("an info: grüße 😀");
      log.warn("a warning");
      log.error("an error");
      log.critical("a critical");
      log.write(LogLevel.Info, "x".repeat(10000) + "end");
    } else if (this.probe == "local-reply") {
      const status = this.sendLocalResponse(
        418,
        "no coffee: grüße",
        [new Header("x-a", "1"), new Header("x-a", "2"), Header.ofBytes("x-bytes", bytesOf([0xff]))],
        -1,
        "teapot",
      );
      log.info(`local reply: ${status}`);
      return Action.Pause;
    } else if (this.probe == "local-reply-bytes") {
      this.sendLocalResponseBytes(200, bytesOf([0, 1, 0xff]));
      return Action.Pause;
    } else if (this.probe == "local-reply-grpc") {
      this.sendLocalResponse(429, "slow down", [], 8);
      return Action.Pause;
    } else if (this.probe == "reply-twice") {
      const first = this.sendLocalResponse(201, "first");
      const second = this.sendLocalResponse(202, "second");
      log.info(`replied: ${first} ${second} ${this.resumeRequest()}`);
      this.root.waiting.push(this);
      return Action.Pause;
    } else if (this.probe == "resume" || this.probe == "late-reply") {
      this.root.waiting.push(this);
      return Action.Pause;
    } else if (this.probe == "hang") {
      log.info("hanging");
      return Action.Pause;
    }
    return Action.Continue;
  }

  answer(): void {
    if (this.probe == "resume-response") {
      log.info(`response resumed: ${this.resumeResponse()} ${this.resumeResponse()}`);
    } else if (this.probe == "reply-twice") {
      log.info(`after the reply: ${this.resumeRequest()} ${this.resumeResponse()}`);
    } else if (this.probe == "resume") {
      log.info(`resumed: ${this.resumeRequest()}`);
    } else if (this.probe == "late-reply") {
      this.sendLocalResponse(202, "later");
    } else {
      log.info(`gone: resume ${this.resumeRequest()}, reply ${this.sendLocalResponse(200)}, done ${this.done()}`);
    }
  }

  onRequestBody(size: u32, endOfStream: bool): Action {
    const body = this.requestBody;
    if (this.probe == "last-words") log.info(`half of the body: ${body.size}`);
    if (!this.probe.startsWith("body-")) return Action.Continue;
    if (!endOfStream) return Action.Pause;
    if (this.probe == "body-set") body.set("all new: grüße");
    else if (this.probe == "body-append") body.append("<");
    else if (this.probe == "body-prepend") body.prepend(">");
    else if (this.probe == "body-splice") body.replace(2, 3, "-----");
    else if (this.probe == "body-head") body.replace(0, 2, "HEAD");
    else if (this.probe == "body-tail") body.replace(8, 100, "TAIL");
    else if (this.probe == "body-end") body.replace(10, 5, "END");
    else if (this.probe == "body-clear") body.set("");
    else if (this.probe == "body-empty") {
      body.set("");
      body.append(quote(body.get()));
    } else if (this.probe == "body-bytes") {
      const bytes = body.getBytes();
      if (bytes !== null) body.set(`${size} ${body.size} ${hex(bytes)}`);
      body.appendBytes(bytesOf([0, 0xff]));
    } else if (this.probe == "body-ranges") {
      body.set(
        [
          quote(body.get(2, 3)),
          quote(body.get(8, 100)),
          quote(body.get(10)),
          quote(body.get(99, 1)),
          quote(body.get(0, 0)),
          body.replace(11, 1, "x").toString(),
        ].join(" "),
      );
    } else if (this.probe == "body-large") {
      const bytes = body.getBytes();
      if (bytes !== null) body.setBytes(bytes.reverse());
    }
    return Action.Continue;
  }

  onRequestTrailers(): Action {
    if (this.probe != "trailers") return Action.Continue;
    const trailers = this.requestTrailers;
    trailers.set("x-seen", `${quote(trailers.get("x-sum"))} ${quote(trailers.get("x-missing"))}`);
    trailers.add("x-added", "1");
    trailers.remove("x-gone");
    return Action.Continue;
  }

  onResponseHeaders(endOfStream: bool): Action {
    const headers = this.responseHeaders;
    if (this.probe == "resume-response") {
      this.root.waiting.push(this);
      return Action.Pause;
    }
    if (this.probe == "reply-in-response") {
      log.info(`late: ${this.sendLocalResponse(502, "bad upstream", [new Header("x-late", "1")])}`);
      return Action.Pause;
    }
    if (this.probe.startsWith("response-body")) headers.remove("content-length");
    if (this.probe == "response") {
      headers.set("x-status", quote(headers.get(":status")));
      headers.set(":status", "203");
      headers.add("x-end", endOfStream.toString());
      headers.remove("x-upstream");
      headers.setBytes("x-bytes", bytesOf([0xff, 0x41]));
      headers.set("x-request", quote(this.requestHeaders.get("x-probe")));
    }
    return Action.Continue;
  }

  onResponseBody(size: u32, endOfStream: bool): Action {
    if (this.probe == "reply-in-body") {
      log.info(`too late: ${this.sendLocalResponse(502, "bad body")}`);
      return Action.Pause;
    }
    if (this.probe == "response-body") {
      if (!endOfStream) return Action.Pause;
      const text = this.responseBody.get();
      if (text !== null) this.responseBody.set(text.toUpperCase());
      this.responseBody.prepend(`${size} `);
    } else if (this.probe == "response-body-stream") {
      this.responseBody.append("|");
    }
    return Action.Continue;
  }

  onResponseTrailers(): Action {
    if (this.probe != "response-trailers") return Action.Continue;
    const trailers = this.responseTrailers;
    trailers.set("x-seen", quote(trailers.get("x-check")));
    trailers.remove("x-gone");
    return Action.Continue;
  }

  onDone(): bool {
    if (this.probe == "last-words") log.info("done");
    if (this.probe == "hang") this.root.waiting.push(this);
    return true;
  }

  onLog(): void {
    if (this.probe == "write-in-log") {
      log.info(
        `written: ${this.requestHeaders.set("a", "b")} ${this.responseHeaders.add("a", "b")} ` +
          `${this.responseHeaders.remove("a")} ${this.responseHeaders.replaceAll([])} ${this.responseTrailers.set("a", "b")} ` +
          `${this.requestBody.set("a")} ${this.responseBody.append("b")} ${quote(this.requestHeaders.get("x-probe"))} ` +
          `${quote(this.responseBody.get())} ${setProperty(["late"], "x")} ${this.resumeResponse()} ${this.done()}`,
      );
    }
    if (this.probe == "reply-in-log") log.info(`after all: ${this.sendLocalResponse(500)}`);
    if (this.probe == "last-words") log.info(`log ${quote(this.responseHeaders.get(":status"))}`);
  }

  onDelete(): void {
    if (this.probe == "last-words") log.info("delete");
    if (this.probe == "hang") this.probe = "gone";
  }

  private report(text: string): void {
    this.requestHeaders.set("x-result", text);
  }
}

function quote(text: string | null): string {
  return text === null ? "null" : `"${text}"`;
}

function bytesOf(values: i32[]): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; ++i) bytes[i] = <u8>values[i];
  return bytes;
}

function hex(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; ++i) text += bytes[i].toString(16).padStart(2, "0");
  return text;
}

/** Reports what a host answers that allows next to nothing. */
class RestrictedStream extends HttpContext {
  onRequestHeaders(endOfStream: bool): Action {
    const statuses: Status[] = [
      this.requestHeaders.set("x", "y"),
      this.requestHeaders.add("x", "y"),
      this.requestHeaders.remove("x"),
      this.requestHeaders.replaceAll([]),
      setProperty(["a"], "b"),
      this.requestBody.set("x"),
      this.resumeRequest(),
      this.sendLocalResponse(200),
      this.root.setTickPeriod(100),
    ];
    log.info(
      `restricted: ${statuses.join(" ")} ${quote(this.requestHeaders.get("x"))} ${this.requestHeaders.all().length} ` +
        `${quote(getProperty(["request", "path"]))} ${quote(this.requestBody.get())} ${currentTimeNanoseconds()}`,
    );
    return Action.Continue;
  }

  constructor(private root: RootContext) {
    super();
  }
}

class RestrictedRoot extends RootContext {
  createHttpContext(): HttpContext {
    return new RestrictedStream(this);
  }
}

registerFilter("probe", () => new ProbeRoot());
registerFilter("restricted", () => new RestrictedRoot());
