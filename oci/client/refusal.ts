import { isRegistryErrorCode, RegistryError, type RegistryErrorCode } from "#oci";
import { ClientError } from "./errors.ts";
import type { Answer } from "./http.ts";

export interface Asked {
  readonly host: string;
  /** What was asked for, to be read after `for`: `me/filter:v1`. */
  readonly what: string;
}

const longestErrorBytes = 64 * 1024;

const codesByStatus: Readonly<Record<number, RegistryErrorCode>> = {
  401: "UNAUTHORIZED",
  403: "DENIED",
  405: "UNSUPPORTED",
  429: "TOOMANYREQUESTS",
};

/** Makes the error that an answer other than 2xx stands for (distribution-spec v1.1, "Error Codes"). Reads its body. */
export async function refusal(answer: Answer, { host, what }: Asked): Promise<RegistryError | ClientError> {
  const { status } = answer;
  const said = await readErrors(answer);
  const known = codesByStatus[status] ?? (said && isRegistryErrorCode(said.code) ? said.code : undefined);
  const words = said?.message ? `: ${said.message}` : "";
  const detail = { registry: host, status, asked: what, ...(said ? { registryCode: said.code } : {}) };
  const message = `${host} answered ${status} for ${what}${words}`;
  if (known && status < 500) return new RegistryError(known, { message, status, detail, hint: hintFor(known, host) });
  return new ClientError("REGISTRY_FAILED", message, {
    detail,
    hint: hintForStatus(status),
  });
}

function hintForStatus(status: number): string | undefined {
  if (status === 413) return "the registry, or a proxy before it, limits the size of a request: have the limit raised";
  return status >= 500 ? "try again later, or look into the registry's log" : undefined;
}

function hintFor(code: RegistryErrorCode, host: string): string | undefined {
  if (code === "UNAUTHORIZED") return `log in with: wasm login ${host}`;
  if (code === "DENIED") return `ask for access, or log in as somebody else: wasm login ${host}`;
  if (code === "TOOMANYREQUESTS") return "wait a little; logging in often raises the limit";
  return undefined;
}

async function readErrors(answer: Answer): Promise<{ code: string; message: string } | undefined> {
  const text = await readText(answer);
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: unknown; message?: unknown }[] };
    const first = errors?.[0];
    if (!first) return undefined;
    return {
      code: typeof first.code === "string" ? first.code : "",
      message: typeof first.message === "string" ? first.message : "",
    };
  } catch {
    return undefined;
  }
}

/** Registries behind proxies answer with pages of HTML: no more than a start of it is read. */
async function readText(answer: Answer): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > longestErrorBytes) break;
    }
  } catch {
    // The status alone has to do.
  }
  return Buffer.concat(chunks).toString("utf8");
}
