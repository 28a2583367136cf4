import { describe, expect, test } from "vitest";
import { Digester, digestAlgorithm, digestHex, digestOf, parseDigest } from "./digest.ts";

const hex = "a".repeat(64);

describe("parseDigest()", () => {
  test.each([
    { name: "upper-case hex", text: `sha256:${hex.toUpperCase()}` },
    { name: "one digit short", text: `sha256:${hex.slice(1)}` },
    { name: "sha512 with a sha256's length", text: `sha512:${hex}` },
    { name: "another algorithm", text: `md5:${hex.slice(32)}` },
    { name: "path traversal", text: "sha256:../../etc/passwd" },
    { name: "a trailing newline", text: `sha256:${hex}\n` },
    { name: "nothing", text: "" },
  ])("refuses $name", ({ text }) => {
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: "DIGEST_MALFORMED" }));
  });

  test("takes sha256 and sha512", () => {
    expect(digestHex(parseDigest(`sha256:${hex}`))).toBe(hex);
    expect(digestAlgorithm(parseDigest(`sha512:${hex}${hex}`))).toBe("sha512");
  });
});

describe("Digester", () => {
  test("gives the same digest in pieces as at once, and counts bytes", () => {
    const digester = new Digester().update("fil").update(Buffer.from("ter"));
    expect(digester.sizeBytes).toBe(6);
    expect(digester.digest()).toBe(digestOf("filter"));
  });

  test("knows the empty sha256", () => {
    expect(digestOf("")).toBe("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });
});
