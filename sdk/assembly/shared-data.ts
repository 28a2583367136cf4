import { pop, push, pushedSize } from "./arguments";
import { proxy_get_shared_data, proxy_set_shared_data } from "./env";
import { expectResult, resultAddress, resultSize, takeBytes } from "./result";
import { Status } from "./status";
import { decodeUtf8, utf8Bytes } from "./utf8";

const versionCell: usize = memory.data(4, 4);

/**
 * What {@link sharedData} holds for a key.
 *
 * ```ts
 * function isLocked(): bool {
 *   const lock = sharedData.get("lock");
 *   return lock !== null && lock.text == "taken";
 * }
 * ```
 */
export class SharedValue {
  constructor(
    /** Byte for byte. */
    readonly bytes: Uint8Array,
    /** Changes with each write. */
    readonly version: u32,
  ) {}

  /** As text; bytes that are not UTF-8 show as U+FFFD. */
  get text(): string {
    return decodeUtf8(this.bytes.dataStart, this.bytes.byteLength);
  }
}

/**
 * Values by key, shared by all workers' VMs of the same `vm_id`, for as long as there is one.
 *
 * ```ts
 * function countUp(): void {
 *   let status = Status.CasMismatch;
 *   while (status == Status.CasMismatch) {
 *     const value = sharedData.get("count");
 *     status =
 *       value === null
 *         ? sharedData.set("count", "1")
 *         : sharedData.set("count", (I64.parseInt(value.text) + 1).toString(), value.version);
 *   }
 * }
 * ```
 */
export namespace sharedData {
  /** The value of a key; `null` when there is none. */
  export function get(key: string): SharedValue | null {
    expectResult();
    const address = push(key);
    const status = proxy_get_shared_data(address, pushedSize, resultAddress, resultSize, versionCell);
    pop(address);
    return status == Status.Ok ? new SharedValue(takeBytes(), load<u32>(versionCell)) : null;
  }

  /**
   * Sets the value of a key.
   *
   * @param version of the value that is to be replaced: CasMismatch when there is another by now; 0: whatever is there
   */
  export function set(key: string, value: string, version: u32 = 0): Status {
    return setBytes(key, utf8Bytes(value), version);
  }

  /** {@link set} with a value that need not be text. */
  export function setBytes(key: string, value: Uint8Array, version: u32 = 0): Status {
    const address = push(key);
    const status = proxy_set_shared_data(address, pushedSize, value.dataStart, value.byteLength, version);
    pop(address);
    return status;
  }
}
