import { HubError, type HubErrorOptions } from "#core";

/** Codes of distribution-spec v1.1, "Error Codes", with the HTTP status and the message that a registry sends. */
export const registryErrors = {
  BLOB_UNKNOWN: { status: 404, message: "blob unknown to registry" },
  BLOB_UPLOAD_INVALID: { status: 400, message: "blob upload invalid" },
  BLOB_UPLOAD_UNKNOWN: { status: 404, message: "blob upload unknown to registry" },
  DIGEST_INVALID: { status: 400, message: "provided digest did not match uploaded content" },
  MANIFEST_BLOB_UNKNOWN: { status: 404, message: "manifest references a manifest or blob unknown to registry" },
  MANIFEST_INVALID: { status: 400, message: "manifest invalid" },
  MANIFEST_UNKNOWN: { status: 404, message: "manifest unknown to registry" },
  NAME_INVALID: { status: 400, message: "invalid repository name" },
  NAME_UNKNOWN: { status: 404, message: "repository name not known to registry" },
  SIZE_INVALID: { status: 400, message: "provided length did not match content length" },
  UNAUTHORIZED: { status: 401, message: "authentication required" },
  DENIED: { status: 403, message: "requested access to the resource is denied" },
  UNSUPPORTED: { status: 405, message: "the operation is unsupported" },
  TOOMANYREQUESTS: { status: 429, message: "too many requests" },
} as const satisfies Record<string, { status: number; message: string }>;

export type RegistryErrorCode = keyof typeof registryErrors;

export interface RegistryErrorOptions extends HubErrorOptions {
  /** In place of the table's message. */
  readonly message?: string;
  /** In place of the table's status: 416 for a chunk out of order, 413 for a manifest that is too large. */
  readonly status?: number;
}

/** One error of a registry's answer, the same class on the client and on the server. */
export class RegistryError extends HubError<RegistryErrorCode> {
  /** HTTP status that the server sends with this code. */
  readonly status: number;

  constructor(code: RegistryErrorCode, options: RegistryErrorOptions = {}) {
    super(code, options.message ?? registryErrors[code].message, options);
    this.status = options.status ?? registryErrors[code].status;
  }
}

export function isRegistryErrorCode(text: string): text is RegistryErrorCode {
  return Object.hasOwn(registryErrors, text);
}
