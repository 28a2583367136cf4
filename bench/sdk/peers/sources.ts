import { join } from "node:path";
import { fileURLToPath } from "node:url";

const filters = fileURLToPath(new URL("../filters", import.meta.url));

/** Absolute path of a file or folder of filters/. */
export function source(...path: readonly string[]): string {
  return join(filters, ...path);
}
