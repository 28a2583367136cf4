import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestOf } from "./digest.ts";
import { isImageIndex, parseManifest, successors } from "./manifest.ts";
import { mediaTypes } from "./media-types.ts";

const config = { mediaType: mediaTypes.empty, digest: digestOf("{}"), size: 2 };
const layer = { mediaType: mediaTypes.wasmContentLayer, digest: digestOf("module"), size: 6 };
const image = { schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers: [layer] };
const index = { schemaVersion: 2, manifests: [{ ...layer, mediaType: mediaTypes.imageManifest }] };

function bytes(document: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(document));
}

describe("parseManifest()", () => {
  test("reads an image manifest and gives what it points at, config first", () => {
    const manifest = parseManifest(bytes(image), mediaTypes.imageManifest);
    expect(isImageIndex(manifest)).toBe(false);
    expect(successors(manifest)).toEqual([config, layer]);
  });

  test("reads an index that does not repeat its media type", () => {
    const manifest = parseManifest(bytes(index), mediaTypes.imageIndex);
    expect(isImageIndex(manifest)).toBe(true);
    expect(successors(manifest)).toEqual(index.manifests);
  });

  test.each([
    { name: "no JSON", document: undefined, problem: "not JSON" },
    { name: "a list", document: [], problem: "not a JSON object" },
    { name: "schema version 1", document: { ...image, schemaVersion: 1 }, problem: "schemaVersion is not 2" },
    { name: "another media type", document: { ...image, mediaType: "text/plain" }, problem: "it was served as" },
    { name: "no config", document: { ...image, config: undefined }, problem: "config is not a descriptor" },
    { name: "layers that are no list", document: { ...image, layers: {} }, problem: "layers is not a list" },
    {
      name: "a digest that escapes",
      document: { ...image, layers: [{ ...layer, digest: "sha256:../../x" }] },
      problem: "layers[0].digest is not a digest",
    },
    { name: "a negative size", document: { ...image, config: { ...config, size: -1 } }, problem: "config.size" },
    {
      name: "a subject without size",
      document: { ...image, subject: { ...layer, size: "6" } },
      problem: "subject.size",
    },
    { name: "annotations that are no strings", document: { ...image, annotations: { a: 1 } }, problem: "annotations" },
    { name: "both kinds at once", document: { ...image, manifests: [] }, problem: "has no manifests" },
  ])("refuses $name", ({ document, problem }) => {
    expect(() =>
      parseManifest(document === undefined ? Buffer.from("{") : bytes(document), mediaTypes.imageManifest),
    ).toThrow(expect.objectContaining({ code: "MANIFEST_MALFORMED", message: expect.stringContaining(problem) }));
  });

  test("refuses a media type that is no manifest", () => {
    expect(() => parseManifest(bytes({ schemaVersion: 2 }), "application/json")).toThrow("unknown media type");
  });

  test("fails with a typed error on any JSON", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          parseManifest(Buffer.from(text), mediaTypes.imageManifest);
        } catch (error) {
          expect(error).toMatchObject({ code: "MANIFEST_MALFORMED" });
        }
      }),
    );
  });
});
