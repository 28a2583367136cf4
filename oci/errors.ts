import { type ErrorTable, HubError } from "#core";

export const ociErrors = {
  REFERENCE_MALFORMED: "an image reference does not parse",
  DIGEST_MALFORMED: "a digest does not parse, or its algorithm is not supported",
  MANIFEST_MALFORMED: "a manifest or index does not follow the image specification",
  CONTENT_MISMATCH: "bytes do not have the digest or size that their descriptor says",
  CONTENT_NOT_FOUND: "a store does not hold the content that was asked for",
  IMAGE_FORMAT_UNKNOWN: "an image is in none of the formats that carry a Proxy-Wasm module",
} as const satisfies ErrorTable;

/** What can be wrong with a reference, a digest, a manifest or the bytes that belong to them. */
export class OciError extends HubError<keyof typeof ociErrors> {}
