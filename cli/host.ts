import { isRegistryHost } from "#oci";
import { usageError } from "./errors.ts";

/** @throws {CliError} USAGE when it is missing, a URL, or no host */
export function readHost(text: string | undefined): string {
  if (text === undefined || text === "") {
    throw usageError("HOST is missing", { hint: "name the registry, or set WASM_HUB" });
  }
  const host = text.replace(/^https?:\/\//, "").replace(/\/+$/, "");
  if (isRegistryHost(host)) return host;
  throw usageError(`${JSON.stringify(text)} is not a registry's host`, {
    hint: "it looks like hub.example, or 127.0.0.1:5000",
  });
}
