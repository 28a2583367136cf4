import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { takeTour } from "../../tools/tour/take.ts";

const envoy = await partOrReason("envoy");

/** What differs from run to run: times, dates, and which of two things that happen at once is said first. */
function steady(line: string): string {
  return line
    .replaceAll(/sha256:[0-9a-f]+/g, "sha256:…")
    .replaceAll(/\b[0-9a-f]{8,}\b/g, "…")
    .replaceAll(/\b\d+\.\d+ s\b/g, "… s")
    .replace(/^date: .*/, "date: …")
    .replaceAll(/\b\d+(?:\.\d+)? (?:B|KiB)(?=[ ,)]|$)/g, "… bytes")
    .replaceAll(/ +/g, " ");
}

/** On a busy machine what is quick takes long enough to be told about. */
function isProgress(line: string): boolean {
  return / … .* so far$|: (?:.*, )?done in [\d.]+ /.test(line);
}

test.skipIf("reason" in envoy)("the README's tour is true word for word", { timeout: 120_000 }, async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const taken = await takeTour(readme);
  expect(taken.length).toBeGreaterThan(15);
  for (const { command, expected, printed } of taken) {
    const told = printed.filter((line) => !isProgress(line));
    expect({ command, printed: told.map(steady) }).toEqual({ command, printed: expected.map(steady) });
  }
});
