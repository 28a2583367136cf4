import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestHub } from "../registry/testing.ts";
import { runConformance } from "./run-conformance.ts";

/** `npm run conformance`: the official suite against a hub of this tree, both versions. */
for (const version of ["1.1", "dev"] as const) {
  await using hub = await startTestHub();
  const folder = join(await mkdtemp(join(tmpdir(), "conformance-")), "results");
  const { passed, failed, skipped, errors } = await runConformance(hub.host, version, folder);
  process.stdout.write(
    `OCI_VERSION=${version}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${errors} errors (${folder})\n`,
  );
  if (failed + skipped + errors > 0) process.exitCode = 1;
}
