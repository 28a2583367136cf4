import {
  Action,
  Header,
  HttpCall,
  HttpCallResponse,
  HttpContext,
  RootContext,
  Status,
  log,
  properties,
  registerFilter,
} from "@wasm-hub/sdk";

// Makes the HTTP call that a stream's header x-probe asks for, and tells in the log and in x-result what came of it.

class CallsRoot extends RootContext {
  /** Sent by the next tick. */
  calls: HttpCall[] = [];

  onConfigure(): bool {
    this.setTickPeriod(20);
    return true;
  }

  onTick(): void {
    const calls = this.calls;
    this.calls = [];
    for (let i = 0; i < calls.length; ++i) log.info(`sent by a timer: ${calls[i].send(this)}`);
  }

  onDone(): bool {
    const status = new HttpCall("calls", "/farewell").sendThen(this, (root, response) => {
      log.info(`${root.configuration} is done: ${root.done()}`);
    });
    log.info(`${this.configuration} ends: ${status}`);
    return this.configuration != "waiting";
  }

  createHttpContext(): HttpContext {
    return new CallsStream(this);
  }
}

class CallsStream extends HttpContext {
  probe: string = "";
  answers: i32 = 0;
  kept: HttpCallResponse | null = null;

  constructor(readonly root: CallsRoot) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    const probe = this.requestHeaders.get("x-probe");
    if (probe === null) return Action.Continue;
    this.probe = probe;
    const call = new HttpCall(probe == "no-cluster" ? "nobody" : probe == "no-host" ? "closed" : "calls", "/" + probe);
    if (probe == "whole") {
      call.path = "/whole?a=b";
      call.method = "POST";
      call.authority = "whole.example";
      call.setBody("grüße");
      call.headers = [new Header("x-a", "1"), new Header("x-a", "2"), Header.ofBytes("x-bytes", bytesOf([0xff]))];
      return this.wait(call.sendThen(this, (stream, response) => stream.report(response)));
    }
    if (probe == "trailers") call.trailers = [new Header("x-last", "3")];
    if (probe == "no-path") call.path = "";
    if (probe == "time-out") call.timeoutMs = 50;
    if (probe == "too-long") call.timeoutMs = u32.MAX_VALUE;
    if (probe == "reply") {
      return this.wait(
        call.sendThen(this, (stream, response) => {
          stream.sendLocalResponse(response !== null ? response.status + 3 : 500, "from a call");
        }),
      );
    }
    if (probe == "reset-owner") {
      return this.wait(call.sendThen(this, (stream, response) => log.info(`reset: ${stream.resetStream()}`)));
    }
    if (probe == "body") {
      this.requestHeaders.remove("content-length");
      return Action.Continue;
    }
    if (probe == "chain") return this.wait(new Chain(this, 3).send(this));
    if (probe == "many") {
      for (let i = 0; i < 50; ++i) new Chain(this, 1).send(this);
      return Action.Pause;
    }
    if (probe == "twice") {
      const chain = new Chain(this, 1);
      log.info(`sent twice: ${chain.send(this)} ${chain.send(this)} ${chain.isPending}`);
      return Action.Pause;
    }
    if (probe == "timer") {
      this.root.calls.push(new Chain(this, 1));
      return Action.Pause;
    }
    if (probe == "hang") {
      call.sendThen(this, (stream, response) => log.info("answered after all"));
      log.info("hanging");
      return Action.Pause;
    }
    if (probe == "last-words") return Action.Continue;
    return this.wait(
      call.sendThen(this, (stream, response) => {
        stream.requestHeaders.set("x-result", response === null ? "failed" : response.status.toString());
        stream.resumeRequest();
      }),
    );
  }

  onRequestBody(size: u32, endOfStream: bool): Action {
    if (this.probe != "body") return Action.Continue;
    if (!endOfStream) return Action.Pause;
    new HttpCall("calls", "/body").sendThen(this, (stream, response) => {
      const body = stream.requestBody.get();
      if (response !== null && body !== null) stream.requestBody.set(`${body} and ${response.body.get()}`);
      stream.resumeRequest();
    });
    return Action.Pause;
  }

  onResponseHeaders(endOfStream: bool): Action {
    const kept = this.kept;
    if (kept !== null) {
      const text = `${kept.status} ${kept.body.size} ${kept.headers.all().length} ${kept.trailers.get("x-check")}`;
      this.responseHeaders.set("x-kept", text);
    }
    return Action.Continue;
  }

  onLog(): void {
    if (this.probe == "last-words") log.info(`last words: ${new HttpCall("calls", "/last-words").send(this)}`);
  }

  onDelete(): void {
    if (this.probe == "hang") log.info("hung up");
  }

  /** Pauses for a call, and tells why when it was refused. */
  wait(status: Status): Action {
    if (status == Status.Ok) return Action.Pause;
    this.requestHeaders.set("x-result", `refused: ${status}`);
    return Action.Continue;
  }

  report(response: HttpCallResponse | null): void {
    if (response === null) return;
    this.kept = response;
    this.requestHeaders.set(
      "x-result",
      `${response.status} ${response.headers.get("x-answer")} ${response.headers.get("x-missing")} ` +
        `${response.body.get()} ${response.body.get(1, 3)} ${response.trailers.get("x-check")} ` +
        `${response.headers.set("x", "y")} ${properties.request.path()}`,
    );
    this.resumeRequest();
  }
}

class Chain extends HttpCall {
  constructor(
    private stream: CallsStream,
    private left: i32,
  ) {
    super("calls", "/chain");
  }

  onResponse(response: HttpCallResponse): void {
    const stream = this.stream;
    ++stream.answers;
    if (--this.left > 0) {
      this.send(stream);
      return;
    }
    const isLast = stream.probe != "many" || stream.answers == 50;
    if (isLast) log.info(`${stream.probe}: ${stream.answers} answers, resumed: ${stream.resumeRequest()}`);
  }
}

function bytesOf(values: i32[]): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; ++i) bytes[i] = <u8>values[i];
  return bytes;
}

registerFilter("calls", () => new CallsRoot());
