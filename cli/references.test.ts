import { formatReference } from "#oci";
import { describe, expect, test } from "vitest";
import { readReference, readRegistryReference, readTagReference } from "./references.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("readReference()", () => {
  test.each([
    { text: "my-filter", hub: undefined, whole: "my-filter:latest" },
    { text: "me/x:v1", hub: undefined, whole: "me/x:v1" },
    { text: "me/x:v1", hub: "hub.example", whole: "hub.example/me/x:v1" },
    { text: "me/x:v1", hub: "http://127.0.0.1:5000/", whole: "127.0.0.1:5000/me/x:v1" },
    { text: "other.example/me/x", hub: "hub.example", whole: "other.example/me/x:latest" },
    { text: `hub.example/me/x@${digest}`, hub: undefined, whole: `hub.example/me/x@${digest}` },
    { text: "hub.example/me/x.wasm", hub: undefined, whole: "hub.example/me/x.wasm:latest" },
    { text: "localhost/x.wasm", hub: undefined, whole: "localhost/x.wasm:latest" },
    { text: "x.wasm:v1", hub: undefined, whole: "x.wasm:v1" },
  ])("$text with $hub is $whole", ({ text, hub, whole }) => {
    expect(formatReference(readReference(text, hub))).toBe(whole);
  });

  test("the digest is what is looked for, where there is one", () => {
    expect(readReference(`me/x:v1@${digest}`, undefined).tagOrDigest).toBe(digest);
  });

  test.each(["x.wasm", "./x.wasm", "../x.wasm", "/tmp/x.wasm", "build/x.wasm"])("%s is a file", (text) => {
    expect(() => readReference(text, undefined)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  test("a hub that is no host is named", () => {
    expect(() => readReference("me/x", "not a host")).toThrow('"not a host" is not a registry\'s host');
  });
});

test("readRegistryReference() needs a registry, and says how to name one", () => {
  expect(() => readRegistryReference("me/x:v1", undefined)).toThrow(
    expect.objectContaining({ code: "USAGE", hint: expect.stringContaining("WASM_HUB") as string }),
  );
  expect(readRegistryReference("me/x:v1", "hub.example").registry).toBe("hub.example");
});

test("readTagReference() refuses a digest, which cannot be given", () => {
  expect(() => readTagReference(`me/x@${digest}`, undefined)).toThrow(expect.objectContaining({ code: "USAGE" }));
  expect(readTagReference("me/x", undefined).tag).toBe("latest");
});
