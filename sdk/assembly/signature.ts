import { callForeignFunction } from "./foreign-function";
import { bytesField, message, textField } from "./protobuf";

/**
 * Whether `signature` is that of `text`, by Envoy's cryptography. False also in a host that cannot say.
 *
 * ```ts
 * class Signed extends HttpContext {
 *   constructor(private publicKeyPem: string) {
 *     super();
 *   }
 *
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const signature = this.requestHeaders.getBytes("x-signature");
 *     const path = this.requestHeaders.getBytes(":path");
 *     if (signature !== null && path !== null && verifySignature("sha256", this.publicKeyPem, signature, path)) {
 *       return Action.Continue;
 *     }
 *     this.sendLocalResponse(401);
 *     return Action.Pause;
 *   }
 * }
 * ```
 *
 * @param hash such as "sha256"
 * @param publicKeyPem an RSA or EC key, in PEM
 */
export function verifySignature(hash: string, publicKeyPem: string, signature: Uint8Array, text: Uint8Array): bool {
  const fields = [textField(1, hash), bytesField(3, signature), bytesField(4, text), textField(5, publicKeyPem)];
  const result = callForeignFunction("verify_signature", message(fields));
  // Field 1, a bool, comes first and only when it is true.
  return result !== null && result.length >= 2 && result[0] == 0x08 && result[1] == 1;
}
