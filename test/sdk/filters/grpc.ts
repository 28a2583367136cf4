import {
  Action,
  GrpcCall,
  GrpcStatus,
  GrpcStream,
  Header,
  HeaderMap,
  HttpContext,
  RootContext,
  Status,
  log,
  registerFilter,
} from "@wasm-hub/sdk";

// Makes the gRPC call, or opens the gRPC stream, that a stream's header x-probe asks for: its method, what it does when,
// and whose it is, such as "Burst cancel-in-message root".

class GrpcRoot extends RootContext {
  createHttpContext(): HttpContext {
    return new GrpcProbe(this);
  }
}

class GrpcProbe extends HttpContext {
  constructor(readonly root: GrpcRoot) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    const probe = this.requestHeaders.get("x-probe");
    if (probe === null) return Action.Continue;
    const words = probe.split(" ");
    if (words[0] == "call") return this.call(words[1], words.length > 2 ? words[2] : "");
    const stream = new ProbeStream(this, words[0], words[1]);
    stream.metadata = [new Header("x-token", "abc"), Header.ofBytes("x-text", text("grüße"))];
    if (words[1] == "no-cluster") stream.cluster = "nobody";
    const opened = stream.open(words.length > 2 ? this.root : this);
    log.info(`${words[1]} opened: ${opened} ${stream.open(this)}`);
    if (opened != Status.Ok) return this.tell(`refused: ${opened} ${stream.send(text("x"))} ${stream.close()}`);
    if (words[1] == "cancel-at-once") return this.tell(`${stream.cancel()} ${stream.cancel()}`);
    if (words[1] == "end-with-message") return this.tell(`${stream.send(text("m"), true)} ${stream.send(text("n"))}`);
    if (words[1] == "close") return this.tell(`${stream.close()} ${stream.close()} ${stream.send(text("n"))}`);
    stream.send(text("m"));
    if (words.length > 2) return Action.Continue;
    return Action.Pause;
  }

  call(method: string, how: string): Action {
    const call = new GrpcCall(how == "users" ? "users" : how == "no-cluster" ? "nobody" : "grpc", "lab.Lab", method);
    call.metadata = [new Header("x-token", "abc")];
    if (how == "time-out") call.timeoutMs = 50;
    const status = call.sendThen(this, text("grüße"), (probe, reply) => {
      probe.tell(`${reply.status} "${reply.statusMessage}" ${String.UTF8.decode(reply.message.buffer)}`);
      probe.resumeRequest();
    });
    if (how == "cancel") return this.tell(`${call.cancel()} ${call.cancel()} ${call.isPending}`);
    if (how == "hang") log.info("hanging");
    return status == Status.Ok ? Action.Pause : this.tell(`refused: ${status}`);
  }

  tell(result: string): Action {
    this.requestHeaders.set("x-result", result);
    return Action.Continue;
  }

  onDelete(): void {
    log.info("probe deleted");
  }
}

class ProbeStream extends GrpcStream {
  private heard: string = "";

  constructor(
    private probe: GrpcProbe,
    method: string,
    private how: string,
  ) {
    super("grpc", "lab.Lab", method);
  }

  onInitialMetadata(metadata: HeaderMap): void {
    this.hear(`initial ${metadata.get("x-initial")}`);
    if (this.how == "cancel-in-initial") this.giveUp();
  }

  onMessage(message: Uint8Array): void {
    this.hear(`message ${String.UTF8.decode(message.buffer)}`);
    if (this.how == "cancel-in-message") this.giveUp();
    if (this.how == "reply") this.probe.sendLocalResponse(203, this.heard);
    if (this.how == "reset") this.probe.resetStream();
    if (this.how == "talk" && this.heard.length < 60) this.send(text("n"), this.heard.length > 50);
  }

  onTrailingMetadata(metadata: HeaderMap): void {
    this.hear(`trailing ${metadata.get("x-trailing")}`);
    if (this.how == "cancel-in-trailing") this.giveUp();
  }

  onClose(status: GrpcStatus, statusMessage: string): void {
    this.hear(`close ${status} "${statusMessage}" ${this.send(text("n"))} ${this.close()} ${this.cancel()}`);
    log.info(`${this.how}: ${this.heard}`);
    if (this.how == "again" && !this.heard.includes("opened anew")) {
      this.hear(`opened anew ${this.open(this.probe)}`);
      this.send(text("a"));
      return;
    }
    if (this.probe.isEnding) return;
    this.probe.tell(this.heard);
    this.probe.resumeRequest();
  }

  private giveUp(): void {
    const canceled = this.cancel();
    this.probe.tell(`${this.heard}; ${canceled} ${this.cancel()}`);
    // The memory that the stream had is used for others now.
    for (let i = 0; i < 3; ++i) new ProbeStream(this.probe, "Hang", "new").open(this.probe.root);
    this.probe.resumeRequest();
  }

  private hear(what: string): void {
    if (this.how == "new") log.info(`heard by another: ${what}`);
    this.heard += (this.heard == "" ? "" : ", ") + what;
  }
}

function text(value: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(value));
}

registerFilter("grpc", () => new GrpcRoot());
