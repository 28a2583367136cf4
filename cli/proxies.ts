import { CliError } from "./errors.ts";

/** Addresses that are this machine's are asked without a proxy, whatever `NO_PROXY` says. */
const thisMachine = ["localhost", "127.0.0.1", "[::1]"];

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Sends requests through the proxies that `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name, as other registry clients do.
 *
 * @throws {CliError} PROXY_INVALID
 */
export async function useProxies(vars: Variables): Promise<void> {
  const [http, https] = [proxyUrl("HTTP_PROXY", vars), proxyUrl("HTTPS_PROXY", vars)];
  if (!http && !https) return;
  const { setGlobalProxyFromEnv } = await import("node:http");
  const direct = [variable("NO_PROXY", vars), ...thisMachine].filter(Boolean).join(",");
  setGlobalProxyFromEnv({
    ...(http && { http_proxy: http }),
    ...(https && { https_proxy: https }),
    no_proxy: direct,
  });
}

/** By its name in lower case, then in upper case. */
function variable(name: string, vars: Variables): string | undefined {
  return vars[name.toLowerCase()] || vars[name];
}

/** A scheme may be left out. */
function proxyUrl(name: string, vars: Variables): string | undefined {
  const value = variable(name, vars);
  if (!value) return undefined;
  const url = value.includes("://") ? value : `http://${value}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new CliError("PROXY_INVALID", `${name} is not the URL of an HTTP proxy: ${JSON.stringify(value)}`, {
    hint: "such as http://proxy.example:3128",
  });
}
