import { ClientError } from "./errors.ts";

const tlsFailure = /^ERR_SSL|^ERR_TLS|^EPROTO|CERT|SELF_SIGNED|UNABLE_TO_VERIFY/;

/** What a failed `fetch`, or a body that broke off, means for the person. */
export function unreachable(host: string, origin: URL, cause: unknown): ClientError {
  const { code, message } = rootOf(cause);
  const [words, hint] = causeWords(code, origin) ?? [message || "the connection failed", undefined];
  return new ClientError("REGISTRY_UNREACHABLE", `cannot reach ${host}: ${words}`, {
    cause,
    hint,
    detail: { registry: host, ...(code ? { cause: code } : {}) },
  });
}

function causeWords(code: string, origin: URL): [words: string, hint: string] | undefined {
  if (code === "ECONNREFUSED")
    return ["nothing listens there", `start it (wasm hub serve --listen ${origin.host}), or check the address`];
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return ["the name is not known", "check the spelling and the network"];
  if (tlsFailure.test(code)) {
    return [
      `TLS failed (${code})`,
      "if the registry speaks HTTP without TLS, add --plain-http; for a private authority set NODE_EXTRA_CA_CERTS",
    ];
  }
  if (code === "ECONNRESET" || code === "UND_ERR_SOCKET" || code === "EPIPE")
    return ["the connection broke", "try again"];
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return ["it does not answer in time", "check the network, or try again"];
  return undefined;
}

/** Whether a failed `fetch` is worth another try: not when the name is unknown, or the other side speaks no TLS. */
export function mayPass(cause: unknown): boolean {
  const { code, message } = rootOf(cause);
  return code !== "ENOTFOUND" && !tlsFailure.test(code) && message !== "bad port";
}

/** `fetch` says `fetch failed`, and keeps the reason as its cause. */
function rootOf(error: unknown): { readonly code: string; readonly message: string } {
  const { code = "", message = "" } = (error instanceof Error ? (error.cause ?? error) : {}) as {
    code?: string;
    message?: string;
  };
  return { code, message };
}
