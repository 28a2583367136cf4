import { Action, HttpCall, HttpContext, RootContext, log, registerFilter } from "@wasm-hub/sdk";

// Breaks streams off, drops and holds bodies, at the moment and in the way that a stream's header x-probe says.

class ResetsRoot extends RootContext {
  waiting: ResetsProbe[] = [];

  onConfigure(): bool {
    this.setTickPeriod(20);
    return true;
  }

  onTick(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (let i = 0; i < waiting.length; ++i) waiting[i].onTurn();
  }

  createHttpContext(): HttpContext {
    return new ResetsProbe(this);
  }
}

class ResetsProbe extends HttpContext {
  private probe: string = "";
  private dropped: u32 = 0;

  constructor(private root: ResetsRoot) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    const probe = this.requestHeaders.get("x-probe");
    if (probe !== null) this.probe = probe;
    if (this.probe == "request-headers pause" || this.probe == "request-headers continue") return this.breakOff();
    if (this.probe == "reply first") {
      log.info(`reply first: ${this.sendLocalResponse(203)} ${this.resetStream()} ${this.clearRouteCache()}`);
      return Action.Pause;
    }
    if (this.probe.startsWith("timer")) {
      this.root.waiting.push(this);
      return Action.Pause;
    }
    if (this.probe == "discard in headers") {
      this.root.waiting.push(this);
      return Action.Discard;
    }
    if (this.probe.startsWith("body")) this.requestHeaders.remove("content-length");
    return Action.Continue;
  }

  onRequestBody(size: u32, endOfStream: bool): Action {
    if (this.probe == "request-body pause" || this.probe == "request-body continue") return this.breakOff();
    if (this.probe == "body dropped") {
      this.dropped += size;
      if (!endOfStream) return Action.Discard;
      this.requestBody.set(`${this.dropped} dropped`);
    } else if (this.probe == "body held") {
      log.info(`held: ${size} ${endOfStream}`);
      if (!endOfStream) {
        // More than the limit does not come before it is resumed.
        this.root.waiting.push(this);
        return Action.PauseReading;
      }
    } else if (this.probe.startsWith("body seen late")) {
      const pause = this.probe.endsWith("paused") ? Action.Pause : Action.PauseReading;
      if (!endOfStream) return pause;
      new HttpCall("upstream", "/").sendThen(this, (stream, response) => {
        const body = stream.requestBody;
        log.info(`${stream.probe}: ${body.size} ${body.get()} ${body.append("!")}, ${stream.resumeRequest()}`);
      });
      return pause;
    }
    return Action.Continue;
  }

  onResponseHeaders(endOfStream: bool): Action {
    if (this.probe == "response-headers pause" || this.probe == "response-headers continue") return this.breakOff();
    return Action.Continue;
  }

  onResponseBody(size: u32, endOfStream: bool): Action {
    if (this.probe == "response-body pause" || this.probe == "response-body continue") return this.breakOff();
    if (this.probe == "response dropped") return endOfStream ? Action.Continue : Action.Discard;
    return Action.Continue;
  }

  onLog(): void {
    if (this.probe == "log") this.breakOff();
  }

  onDelete(): void {
    if (this.probe == "delete") this.breakOff();
  }

  onTurn(): void {
    if (this.probe == "timer resume first")
      log.info(`timer resume first: ${this.resumeRequest()} ${this.resetStream()}`);
    else if (this.probe == "timer") this.breakOff();
    else log.info(`resumed: ${this.resumeRequest()}`);
  }

  private breakOff(): Action {
    log.info(
      `${this.probe}: ${this.resetStream()} ${this.resetStream()} ${this.sendLocalResponse(203)} ` +
        `${this.resumeRequest()} ${this.resumeResponse()} ${this.clearRouteCache()}`,
    );
    return this.probe.endsWith("continue") ? Action.Continue : Action.Pause;
  }
}

registerFilter("resets", () => new ResetsRoot());
