import { run } from "../../tools/parts/run.ts";

/** What a client sends; twelve headers beside the pseudo-headers, as a browser behind a gateway would. */
export const requestHeaders: Readonly<Record<string, string>> = {
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "accept-encoding": "gzip, deflate, br",
  "accept-language": "en-GB,en;q=0.9,de;q=0.7",
  authorization:
    "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
  "cache-control": "no-cache",
  cookie: "session=31d4d96e407aad42; theme=dark; consent=all; _ga=GA1.2.1234567890.1700000000",
  origin: "https://shop.example.com",
  referer: "https://shop.example.com/catalogue/page/7?sort=price",
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "x-request-id": "8f14e45f-ceea-467f-a0e6-1b7f6a0d3c55",
  "x-tenant": "blue",
  "x-user": "alice@example.com",
};

/** How requests come. */
export interface Traffic {
  readonly requests: number;
  readonly connections: number;
  /** HTTP/1.1 when 1, else HTTP/2 with as many on each connection. */
  readonly streamsPerConnection: number;
  /** How long Envoy holds each request back, after the filter has seen it. */
  readonly delayMs: number;
  /** Beside {@link requestHeaders}. */
  readonly headers?: Readonly<Record<string, string>>;
  /** File that each request carries as its body; none by default. */
  readonly bodyPath?: string;
}

/**
 * Sends `requests` with h2load, and resolves when all are answered.
 *
 * @throws when h2load is missing, or one was not answered with 200
 */
export async function sendLoad(port: number, traffic: Traffic): Promise<void> {
  const { requests, connections, streamsPerConnection, delayMs, headers, bodyPath } = traffic;
  const words = ["-n", String(requests), "-c", String(connections), "-t", "1"];
  words.push(...(streamsPerConnection === 1 ? ["--h1"] : ["-m", String(streamsPerConnection)]));
  for (const [name, value] of Object.entries({ ...requestHeaders, ...headers })) words.push("-H", `${name}: ${value}`);
  if (delayMs > 0) words.push("-H", `x-envoy-fault-delay-request: ${delayMs}`);
  if (bodyPath !== undefined) words.push("-d", bodyPath);
  const said = await run("h2load", [...words, `http://127.0.0.1:${port}/`]);
  const good = Number(/status codes: (\d+) 2xx/.exec(said)?.[1]);
  if (good !== requests) throw new Error(`${good} of ${requests} requests were answered with 200:\n${said}`);
}
