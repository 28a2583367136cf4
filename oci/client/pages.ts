import { readBody } from "./body.ts";
import { ClientError } from "./errors.ts";
import type { Answer } from "./http.ts";
import type { Call, Transport } from "./transport.ts";

type PagedCall = Omit<Call, "method" | "url"> & { readonly url: string | URL };

const mostPages = 10_000;
const largestPageBytes = 16 * 1024 * 1024;

/**
 * Reads a list page by page along its `Link` headers (RFC 5988, `rel="next"`).
 *
 * @returns the JSON document of each page; none when the first answers with a status in `expects` that is not 2xx
 */
export async function* readPages(transport: Transport, call: PagedCall): AsyncGenerator<Record<string, unknown>> {
  const seen = new Set<string>();
  let url: URL | undefined = new URL(call.url, transport.origin);
  while (url && !seen.has(url.href) && seen.size < mostPages) {
    seen.add(url.href);
    const answer: Answer = await transport.send({ ...call, method: "GET", url });
    if (!answer.ok) {
      answer.discard();
      return;
    }
    yield await readJson(transport, answer, call.what);
    url = nextLink(transport, answer, url);
  }
}

async function readJson(transport: Transport, answer: Answer, what: string): Promise<Record<string, unknown>> {
  const bytes = await readBody(transport, answer, largestPageBytes);
  try {
    const document: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof document === "object" && document !== null) return document as Record<string, unknown>;
    throw new SyntaxError("not a JSON object");
  } catch (cause) {
    throw new ClientError("REGISTRY_ANSWER_INVALID", `${transport.host} sent no JSON for ${what}`, { cause });
  }
}

/** Only within the registry: whoever asks there would see our credentials. */
function nextLink({ host }: Transport, answer: Answer, from: URL): URL | undefined {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(answer.header("link") ?? "")?.[1];
  if (target === undefined || !URL.canParse(target, from.href)) return undefined;
  const url = new URL(target, from);
  if (url.origin === from.origin) return url;
  throw new ClientError("REGISTRY_ANSWER_INVALID", `${host} says that its list goes on at ${url.origin}`, {
    hint: "its administrator has to tell it the address at which it is reached",
  });
}

/** The strings of a list that came from a registry; anything else in it is left out. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
