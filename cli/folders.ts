import { isAbsolute, join } from "node:path";
import type { Variables } from "./env.ts";

/** Where this program keeps its files, after the XDG base directory specification. */
export interface Folders {
  /** Downloads and compiled things: can be deleted at any time. */
  readonly cache: string;
  /** The local store, and a hub's data unless another place is named. */
  readonly data: string;
  /** The OCI image layout that build, pull and tag write. */
  readonly store: string;
}

export function findFolders(vars: Variables, home: string): Folders {
  // The specification: a relative path is invalid and ignored.
  const base = (variable: string, fallback: string): string => {
    const value = vars[variable];
    return join(value && isAbsolute(value) ? value : join(home, fallback), "wasm-hub");
  };
  const data = base("XDG_DATA_HOME", ".local/share");
  return {
    cache: base("XDG_CACHE_HOME", ".cache"),
    data,
    store: join(data, "store"),
  };
}
