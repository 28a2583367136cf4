import { pop, pushSpace } from "./arguments";
import { decodeUtf8 } from "./utf8";
import { environ_get, environ_sizes_get } from "./wasi_snapshot_preview1";

const countCell: usize = memory.data(4, 4);
const sizeCell: usize = memory.data(4, 4);

/**
 * A variable of the host's environment, as far as its configuration hands it to the VM (in Envoy
 * `environment_variables`); `null` when there is none of that name.
 *
 * ```ts
 * class Root extends RootContext {
 *   onConfigure(): bool {
 *     const region = environmentVariable("REGION");
 *     if (region === null) log.error("REGION is not set");
 *     return region !== null;
 *   }
 * }
 * ```
 */
export function environmentVariable(name: string): string | null {
  if (environ_sizes_get(countCell, sizeCell) != 0) return null;
  const count = load<usize>(countCell);
  const addresses = pushSpace(count * 4 + load<usize>(sizeCell));
  let value: string | null = null;
  if (environ_get(addresses, addresses + count * 4) == 0) {
    for (let i: usize = 0; i < count && value === null; ++i) value = valueOf(name, load<usize>(addresses + i * 4));
  }
  pop(addresses);
  return value;
}

/** Of a NUL-terminated "name=value"; `null` when it is another name's. */
function valueOf(name: string, entry: usize): string | null {
  let end = entry;
  while (load<u8>(end) != 0) ++end;
  const text = decodeUtf8(entry, end - entry);
  return text.startsWith(name + "=") ? text.substring(name.length + 1) : null;
}
