import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatReference, isRepository, parseReference } from "./reference.ts";

const digest = `sha256:${"0".repeat(64)}`;

describe("parseReference()", () => {
  test.each([
    { text: "127.0.0.1:5000/me/f:v1", parsed: { registry: "127.0.0.1:5000", repository: "me/f", tag: "v1" } },
    { text: "localhost/f", parsed: { registry: "localhost", repository: "f" } },
    { text: "hub.example/f", parsed: { registry: "hub.example", repository: "f" } },
    { text: "[::1]:5000/f:1", parsed: { registry: "[::1]:5000", repository: "f", tag: "1" } },
    { text: "me/f", parsed: { repository: "me/f" } },
    { text: "f:v1", parsed: { repository: "f", tag: "v1" } },
    { text: "hub:5000/f", parsed: { registry: "hub:5000", repository: "f" } },
    { text: `hub.example/f@${digest}`, parsed: { registry: "hub.example", repository: "f", digest } },
    { text: `a.b/f:v1@${digest}`, parsed: { registry: "a.b", repository: "f", tag: "v1", digest } },
    { text: "a.b/x/y/z__w-v:A_1.2-c", parsed: { registry: "a.b", repository: "x/y/z__w-v", tag: "A_1.2-c" } },
  ])("reads $text", ({ text, parsed }) => {
    expect(parseReference(text)).toEqual(parsed);
    expect(formatReference(parseReference(text))).toBe(text);
  });

  test("takes the default registry only when the text names none", () => {
    const options = { defaultRegistry: "hub.example" };
    expect(parseReference("me/f", options).registry).toBe("hub.example");
    expect(parseReference("a.b/f", options).registry).toBe("a.b");
  });

  test.each([
    { text: "", problem: "the repository is missing" },
    { text: "a.b/Upper", problem: "must be lower case" },
    { text: "a.b/f:", problem: '"" is not a tag' },
    { text: `a.b/f:${"t".repeat(129)}`, problem: "is not a tag" },
    { text: "a.b/f@sha256:12", problem: "is not a digest" },
    { text: "a.b/../etc/passwd", problem: "is not a repository name" },
    { text: "a.b/%2e%2e/f", problem: "is not a repository name" },
    { text: "/abs/path", problem: "is not a repository name" },
    { text: "a.b/f/", problem: "is not a repository name" },
    { text: "a..b/f", problem: "is not a registry host" },
    { text: "https://a.b/f", problem: "is not" },
    { text: `a.b/${"f".repeat(256)}`, problem: "longer than 255" },
    { text: "a.b/f v", problem: "is not a repository name" },
  ])("refuses $text", ({ text, problem }) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: "REFERENCE_MALFORMED", message: expect.stringContaining(problem) }),
    );
  });

  test("either refuses any text or gives it back", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9._:/@%-]{0,40}$/), (text) => {
        try {
          expect(formatReference(parseReference(text))).toBe(text);
        } catch (error) {
          expect(error).toMatchObject({ code: "REFERENCE_MALFORMED" });
        }
      }),
    );
  });
});

describe("isRepository()", () => {
  test("never takes a segment that a file system would walk", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escapes =
          isRepository(text) && text.split("/").some((part) => part === ".." || part === "." || part === "");
        expect(escapes).toBe(false);
      }),
    );
  });
});
