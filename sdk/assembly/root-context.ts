import { Context } from "./context";
import { proxy_set_tick_period_milliseconds } from "./env";
import { HttpContext } from "./http-context";
import { SharedQueue } from "./shared-queue";
import { Status } from "./status";
import { TcpContext } from "./tcp-context";
import { decodeUtf8 } from "./utf8";

/**
 * One configuration of a filter in one worker of the host. A module that is configured twice has two of them, so state
 * belongs here and not in globals. Lives until the configuration goes away.
 *
 * ```ts
 * class Counting extends RootContext {
 *   streams: i32 = 0;
 *
 *   onConfigure(): bool {
 *     this.setTickPeriod(10_000);
 *     return true;
 *   }
 *
 *   onTick(): void {
 *     log.info(`${this.streams} streams so far`);
 *   }
 *
 *   createHttpContext(): HttpContext | null {
 *     ++this.streams;
 *     return null;
 *   }
 * }
 * registerFilter("counting", () => new Counting());
 * ```
 */
export class RootContext extends Context {
  /** The SDK's: what {@link configuration} and {@link configurationBytes} read. */
  configurationData: ArrayBuffer | null = null;

  /** The SDK's: what {@link vmConfiguration} and {@link vmConfigurationBytes} read. */
  vmConfigurationData: ArrayBuffer | null = null;

  /** The SDK's: what `registerHttpFilter` or `registerTcpFilter` was given. */
  createStream: ((root: RootContext) => Context) | null = null;

  /** The plugin's configuration as text, `""` when there is none. There from {@link onConfigure} on. */
  get configuration(): string {
    return textOf(this.configurationData);
  }

  /** The plugin's configuration, byte for byte. There from {@link onConfigure} on. */
  get configurationBytes(): Uint8Array {
    return bytesOf(this.configurationData);
  }

  /** The VM's configuration as text, `""` when there is none. There from {@link onVmStart} on. */
  get vmConfiguration(): string {
    return textOf(this.vmConfigurationData);
  }

  /** The VM's configuration, byte for byte. There from {@link onVmStart} on. */
  get vmConfigurationBytes(): Uint8Array {
    return bytesOf(this.vmConfigurationData);
  }

  /** The first callback, before {@link onConfigure}. Returning false makes the host give the module up. */
  onVmStart(): bool {
    return true;
  }

  /** Reads the configuration. Returning false refuses it; say why in the log. */
  onConfigure(): bool {
    return true;
  }

  /** Called for each request. `null` lets it pass untouched, unless {@link createTcpContext} has something for it. */
  createHttpContext(): HttpContext | null {
    return null;
  }

  /** Called for each connection, where the host uses the filter for TCP. `null` lets it pass untouched. */
  createTcpContext(): TcpContext | null {
    return null;
  }

  /** The SDK's: hosts do not say which of the two kinds a stream is. */
  createStreamContext(): Context | null {
    const create = this.createStream;
    if (create !== null) return create(this);
    const stream = this.createHttpContext();
    return stream !== null ? stream : this.createTcpContext();
  }

  /** Called once a period after {@link setTickPeriod}. */
  onTick(): void {}

  /** @param milliseconds between calls of {@link onTick}; 0 ends them */
  setTickPeriod(milliseconds: u32): Status {
    return proxy_set_tick_period_milliseconds(milliseconds);
  }

  /**
   * There is something in a queue that {@link SharedQueue.register} was called for. It may be gone by now: workers compete
   * for it.
   */
  onQueueReady(queue: SharedQueue): void {}

  /** A host calls the filter, in its own words. Envoy itself does not. */
  onForeignFunction(functionId: u32, argument: Uint8Array): void {}
}

function textOf(data: ArrayBuffer | null): string {
  return data === null ? "" : decodeUtf8(changetype<usize>(data), data.byteLength);
}

function bytesOf(data: ArrayBuffer | null): Uint8Array {
  return data === null ? new Uint8Array(0) : Uint8Array.wrap(data.slice(0));
}
