import { Action, HttpCall, HttpCallResponse, HttpContext, RootContext, log, registerFilter } from "@wasm-hub/sdk";

// Makes a call for each stream, and tells of what a host calls it with.

class PendingRoot extends RootContext {
  answered: i32 = 0;

  onForeignFunction(functionId: u32, argument: Uint8Array): void {
    log.info(`function ${functionId} of ${argument}`);
  }

  createHttpContext(): HttpContext {
    return new PendingStream(this);
  }
}

class PendingStream extends HttpContext {
  private kept: Uint8Array = new Uint8Array(1000);

  constructor(private root: PendingRoot) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    new Counted(this, this.root).send(this);
    new HttpCall("calls", "/").sendThen(this, (stream, response) => {
      ++stream.root.answered;
      log.info(`${stream.root.answered} answers, resumed: ${stream.resumeRequest()}, ${stream.kept.length}`);
    });
    return Action.Pause;
  }
}

class Counted extends HttpCall {
  constructor(
    private stream: PendingStream,
    private root: PendingRoot,
  ) {
    super("calls", "/counted");
  }

  onResponse(response: HttpCallResponse): void {
    ++this.root.answered;
  }

  onFailure(): void {
    log.info("failed");
  }
}

registerFilter("pending", () => new PendingRoot());
