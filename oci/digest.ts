import { createHash, type Hash } from "node:crypto";
import { OciError } from "./errors.ts";

/** `sha256:` and 64, or `sha512:` and 128, lower-case hex digits (image-spec v1.1, descriptor.md, "Digests"). */
export type Digest = string & { readonly __digest: unique symbol };

/** The registered algorithms of image-spec v1.1 that this project reads and writes. */
export type DigestAlgorithm = "sha256" | "sha512";

const pattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export function isDigest(text: string): text is Digest {
  return pattern.test(text);
}

/**
 * Reads a digest from untrusted text.
 *
 * @throws {OciError} DIGEST_MALFORMED
 */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new OciError("DIGEST_MALFORMED", `not a digest: ${JSON.stringify(text)}`, {
    hint: "a digest is sha256: and 64 lower-case hex digits, or sha512: and 128",
  });
}

export function digestAlgorithm(digest: Digest): DigestAlgorithm {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}

/** The part after the colon. */
export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(":") + 1);
}

/** Digest of bytes that are in memory already. */
export function digestOf(bytes: Uint8Array | string, algorithm: DigestAlgorithm = "sha256"): Digest {
  return new Digester(algorithm).update(bytes).digest();
}

/** Computes a digest piece by piece. */
export class Digester {
  readonly #algorithm: DigestAlgorithm;
  readonly #hash: Hash;
  #sizeBytes = 0;

  constructor(algorithm: DigestAlgorithm = "sha256", hash: Hash = createHash(algorithm)) {
    this.#algorithm = algorithm;
    this.#hash = hash;
  }

  /** Bytes seen so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  update(bytes: Uint8Array | string): this {
    this.#hash.update(bytes);
    this.#sizeBytes += Buffer.byteLength(bytes);
    return this;
  }

  /** Ends the computation; a second call fails. */
  digest(): Digest {
    return `${this.#algorithm}:${this.#hash.digest("hex")}` as Digest;
  }
}
