import { ClientError } from "./errors.ts";

const tlsFailure = /^ERR_SSL|^ERR_TLS|^EPROTO|CERT|SELF_SIGNED|UNABLE_TO_VERIFY/;

/** What a connection that failed, or broke off, means for the person. */
export function unreachable(host: string, origin: URL, cause: unknown): ClientError {
  const { code, message } = systemError(cause);
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
  if (code === "ECONNRESET" || code === "EPIPE") return ["the connection broke", "try again"];
  if (code.startsWith("HPE_")) return ["what answers there does not speak HTTP", "check the address"];
  if (code === "ETIMEDOUT") return ["it does not answer in time", "check the network, or try again"];
  return undefined;
}

/** Whether another try may help: not when the name is unknown, or the other side speaks another protocol. */
export function mayPass(cause: unknown): boolean {
  const { code } = systemError(cause);
  return !["ENOTFOUND", "ERR_INVALID_PROTOCOL"].includes(code) && !tlsFailure.test(code) && !code.startsWith("HPE_");
}

function systemError(error: unknown): { readonly code: string; readonly message: string } {
  const { code = "", message = "" } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  return { code, message };
}
