import { Action } from "./action";
import { Body } from "./body";
import { BufferType } from "./buffer";
import { actForCurrent } from "./effective-context";
import { Context } from "./context";
import { proxy_close_stream, proxy_continue_stream } from "./env";
import { PeerType } from "./peer-type";
import { Status } from "./status";
import { StreamType } from "./stream-type";

/**
 * One TCP connection of a client (downstream) and the one to the upstream that it is proxied to. Override the callbacks
 * that matter; the others let everything pass.
 *
 * ```ts
 * class Upper extends TcpContext {
 *   onUpstreamData(size: u32, endOfStream: bool): Action {
 *     const text = this.upstreamData.get();
 *     if (text !== null) this.upstreamData.set(text.toUpperCase());
 *     return Action.Continue;
 *   }
 * }
 * registerTcpFilter("upper", () => new Upper());
 * ```
 */
export class TcpContext extends Context {
  private static readonly downstream: Body = new Body(BufferType.DownstreamData);
  private static readonly upstream: Body = new Body(BufferType.UpstreamData);
  private static readonly none: Body = new Body(BufferType.None);

  /** Whether what comes from downstream is held back by the latest callback's answer. */
  isDownstreamPaused: bool = false;

  /** The SDK's: whether {@link onUpstreamData} is running. */
  hasUpstreamData: bool = false;

  /** A client has connected. Pausing holds back its data, until {@link resumeDownstream}. */
  onNewConnection(): Action {
    return Action.Continue;
  }

  /**
   * The client has sent something. Pausing keeps it: the next callback sees it again, with what came after it.
   *
   * @param size bytes in {@link downstreamData} now
   * @param endOfStream whether the client sends no more
   */
  onDownstreamData(size: u32, endOfStream: bool): Action {
    return Action.Continue;
  }

  /**
   * The upstream has sent something. Pausing keeps it: the next callback sees it again, with what came after it. Nothing
   * else lets it go on, so in Envoy what is paused at the end of the stream is lost.
   *
   * @param size bytes in {@link upstreamData} now
   * @param endOfStream whether the upstream sends no more
   */
  onUpstreamData(size: u32, endOfStream: bool): Action {
    return Action.Continue;
  }

  /** The client's connection is closed, by whom `peer` says. */
  onDownstreamClose(peer: PeerType): void {}

  /** The upstream's connection is closed, or will send no more. */
  onUpstreamClose(peer: PeerType): void {}

  /** From the client. There in {@link onDownstreamData}, and while it is paused. */
  get downstreamData(): Body {
    return TcpContext.downstream;
  }

  /** From the upstream. There in {@link onUpstreamData}. */
  get upstreamData(): Body {
    // What Envoy 1.40 keeps of it afterwards may point to memory that is gone.
    return this.hasUpstreamData ? TcpContext.upstream : TcpContext.none;
  }

  /**
   * Lets what is paused go on to the upstream; BadArgument when nothing is, or the connection is closed. Can be called
   * from any context, such as a timer.
   */
  resumeDownstream(): Status {
    if (!this.isDownstreamPaused) return Status.BadArgument;
    const known = this.act();
    if (known != Status.Ok) return known;
    const status = proxy_continue_stream(StreamType.Downstream);
    actForCurrent(this.id);
    if (status == Status.Ok) this.isDownstreamPaused = false;
    return status;
  }

  /** The same for what comes from the upstream; Unimplemented in Envoy. */
  resumeUpstream(): Status {
    const known = this.act();
    if (known != Status.Ok) return known;
    const status = proxy_continue_stream(StreamType.Upstream);
    actForCurrent(this.id);
    return status;
  }

  /**
   * Closes the client's connection, when what was sent to it is written. BadArgument when it was closed before. Can be
   * called from any context.
   */
  closeDownstream(): Status {
    return this.close(StreamType.Downstream);
  }

  /** Closes the upstream's connection; in Envoy it is the same as {@link closeDownstream}. */
  closeUpstream(): Status {
    return this.close(StreamType.Upstream);
  }

  private close(stream: StreamType): Status {
    const known = this.act();
    if (known != Status.Ok) return known;
    const status = proxy_close_stream(stream);
    actForCurrent(this.id);
    if (status == Status.Ok) this.isEnding = true;
    return status;
  }
}
