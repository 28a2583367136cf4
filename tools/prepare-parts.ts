import { part, partNames } from "./parts/mod.ts";

/** Vitest's global setup: fetches every real part before the first test, so that no test waits for a download. */
export default async function prepareParts(): Promise<void> {
  const results = await Promise.allSettled(partNames.map((name) => part(name)));
  const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  if (failures.length === 0) return;
  if (process.env["CI"]) throw new AggregateError(failures, failures.map(String).join("\n"));
  process.stderr.write(`${failures.map(String).join("\n")}\nparts: the tests that need them are skipped\n`);
}
