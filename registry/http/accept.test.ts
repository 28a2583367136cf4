import { expect, test } from "vitest";
import { mediaTypes } from "#oci";
import { accepts } from "./accept.ts";

const { imageManifest, imageIndex, dockerManifest } = mediaTypes;

test.each([
  [undefined, true],
  ["", true],
  [imageManifest, true],
  [imageManifest.toUpperCase(), true],
  [`${imageIndex}, ${imageManifest}`, true],
  [`${imageManifest};q=0.5`, true],
  ["*/*", true],
  ["application/json", true],
  ["text/html, application/*;q=0.8", true],
  [imageIndex, false],
  [dockerManifest, false],
  [`${imageManifest};q=0`, false],
  [`${imageManifest}; q=0.000`, false],
  ["text/plain", false],
])("Accept: %j admits an image manifest: %j", (header, isAdmitted) => {
  expect(accepts(header, imageManifest)).toBe(isAdmitted);
});
