import { Context } from "./context";
import { proxy_set_tick_period_milliseconds } from "./env";
import { HttpContext } from "./http-context";
import { Status } from "./status";
import { decodeUtf8 } from "./utf8";

const empty = new Uint8Array(0);

/**
 * One configuration of a filter in one worker of the host. A module that is configured twice has two of them, so state
 * belongs here and not in globals. Lives until the configuration goes away.
 */
export class RootContext extends Context {
  /** The plugin's configuration, byte for byte. There from {@link onConfigure} on. */
  configurationBytes: Uint8Array = empty;

  /** The VM's configuration, byte for byte. There from {@link onVmStart} on. */
  vmConfigurationBytes: Uint8Array = empty;

  /** The plugin's configuration as text, `""` when there is none. There from {@link onConfigure} on. */
  get configuration(): string {
    return decodeUtf8(this.configurationBytes.dataStart, this.configurationBytes.byteLength);
  }

  /** The VM's configuration as text, `""` when there is none. There from {@link onVmStart} on. */
  get vmConfiguration(): string {
    return decodeUtf8(this.vmConfigurationBytes.dataStart, this.vmConfigurationBytes.byteLength);
  }

  /** The first callback, before {@link onConfigure}. Returning false makes the host give the module up. */
  onVmStart(): bool {
    return true;
  }

  /** Reads the configuration. Returning false refuses it; say why in the log. */
  onConfigure(): bool {
    return true;
  }

  /** Called for each stream. `null` lets the stream pass untouched. */
  createHttpContext(): HttpContext | null {
    return null;
  }

  /** Called once a period after {@link setTickPeriod}. */
  onTick(): void {}

  /** @param milliseconds between calls of {@link onTick}; 0 ends them */
  setTickPeriod(milliseconds: u32): Status {
    return proxy_set_tick_period_milliseconds(milliseconds);
  }
}
