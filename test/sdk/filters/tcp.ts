import {
  Action,
  HttpCall,
  LifeSpan,
  PeerType,
  RootContext,
  TcpContext,
  log,
  properties,
  registerFilter,
  registerTcpFilter,
  setFilterState,
} from "@wasm-hub/sdk";

// Does to a connection what the first word that the client sends says; before that, what the configuration says.

class TcpRoot extends RootContext {
  waiting: TcpProbe[] = [];

  onConfigure(): bool {
    this.setTickPeriod(20);
    return true;
  }

  onTick(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (let i = 0; i < waiting.length; ++i) waiting[i].onTurn();
  }

  createTcpContext(): TcpContext {
    return new TcpProbe(this);
  }
}

class TcpProbe extends TcpContext {
  private word: string = "";

  constructor(private root: TcpRoot) {
    super();
  }

  onNewConnection(): Action {
    const how = this.root.configuration;
    if (how == "refuse") {
      log.info(`refused: ${this.closeDownstream()} ${this.closeDownstream()} ${this.resumeDownstream()}`);
    } else if (how == "wait") {
      this.root.waiting.push(this);
      return Action.Pause;
    } else if (how == "elsewhere") {
      log.info(
        `elsewhere: ${setFilterState("envoy.tcp_proxy.cluster", "other", LifeSpan.Connection)} ` +
          `${setFilterState("no.such", "x")} ${setFilterState("envoy.upstream.dynamic_port", "x")}`,
      );
    }
    return Action.Continue;
  }

  onDownstreamData(size: u32, endOfStream: bool): Action {
    const data = this.downstreamData;
    const text = data.get();
    if (text === null) return Action.Continue;
    if (this.word == "") this.word = text.split(" ")[0];
    const word = this.word;
    if (word == "upper") {
      data.set(text.toUpperCase());
    } else if (word == "edit") {
      data.prepend("<");
      data.append(">");
      data.replace(1, 4, "EDIT");
      log.info(`edited: ${size} ${data.size} ${data.get(0, 5)} ${this.upstreamData.get() === null}`);
    } else if (word == "line") {
      if (!text.endsWith("\n")) {
        log.info(`held: ${size}`);
        return Action.Pause;
      }
      log.info(`a line of ${size}`);
    } else if (word == "later" || word == "call" || word == "close-later" || word == "hang") {
      if (word == "call") {
        new HttpCall("calls", "/whole").sendThen(this, (probe, response) => {
          probe.downstreamData.append(response === null ? "!" : ` ${response.status}`);
          log.info(`resumed by a call: ${probe.resumeDownstream()}, upstream ${probe.upstreamData.get() === null}`);
        });
      } else {
        this.root.waiting.push(this);
      }
      return Action.Pause;
    } else if (word == "close") {
      log.info(`closed: ${this.closeDownstream()} ${this.closeUpstream()} ${this.resumeDownstream()}`);
      return Action.Pause;
    } else if (word == "close-upstream") {
      log.info(`closed: ${this.closeUpstream()}`);
    } else if (word == "resume-upstream") {
      log.info(`not paused: ${this.resumeDownstream()}, upstream: ${this.resumeUpstream()}`);
    } else if (word == "source") {
      data.set(`${properties.source.address()} ${properties.connection.id() > 0} ${properties.request.path()}`);
    } else if (word == "trap") {
      throw new Error("asked to");
    }
    return Action.Continue;
  }

  onUpstreamData(size: u32, endOfStream: bool): Action {
    const text = this.upstreamData.get();
    if (this.word == "whole" && text !== null) {
      if (!text.endsWith(".")) {
        log.info(`kept: ${text}`);
        return Action.Pause;
      }
      this.upstreamData.set(`${size}: ${text}`);
    }
    return Action.Continue;
  }

  onTurn(): void {
    if (this.root.configuration == "wait" && this.word == "") {
      log.info(`connected: ${this.resumeDownstream()} ${this.resumeDownstream()}`);
    } else if (this.word == "later") {
      log.info(`resumed by a timer: ${this.resumeDownstream()}`);
    } else if (this.word == "close-later") {
      log.info(`closed by a timer: ${this.closeDownstream()} ${this.closeDownstream()} ${this.resumeDownstream()}`);
    } else {
      log.info(`gone: ${this.resumeDownstream()} ${this.closeDownstream()} ${this.closeUpstream()} ${this.done()}`);
    }
  }

  onDownstreamClose(peer: PeerType): void {
    log.info(`${this.word}: downstream closed by ${peer} ${this.closeDownstream()} ${this.resumeDownstream()}`);
    if (this.word == "hang") this.root.waiting.push(this);
  }

  onUpstreamClose(peer: PeerType): void {
    log.info(`${this.word}: upstream closed by ${peer}`);
  }

  onDelete(): void {
    log.info(`${this.word}: deleted ${this.closeDownstream()}`);
  }
}

class Refusing extends TcpContext {
  onNewConnection(): Action {
    this.closeDownstream();
    return Action.Pause;
  }
}

registerFilter("tcp", () => new TcpRoot());
registerTcpFilter("refusing", () => new Refusing());
