import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { part } from "./parts/mod.ts";
import { run } from "./parts/run.ts";

export interface ConformanceReport {
  /** Numbers of checks by their outcome, as the suite counts them. */
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly errors: number;
  /** Outcome of each API of the specification: `Pass`, `Disabled` … */
  readonly apis: Readonly<Record<string, string>>;
  readonly version: string;
}

/**
 * Runs the official conformance suite against a registry. The suite ends with 0 on an unknown version and on a results
 * folder that it cannot write, so its exit status says nothing: the report is read, and must be of this run.
 *
 * @param host `host:port`, spoken to without TLS
 * @param folder is emptied
 */
export async function runConformance(host: string, version: "1.1" | "dev", folder: string): Promise<ConformanceReport> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const output = await run(await part("conformance"), [], {
    OCI_REGISTRY: host,
    OCI_TLS: "disabled",
    OCI_VERSION: version,
    OCI_REPO1: "conformance/one",
    OCI_REPO2: "conformance/two",
    OCI_RESULTS_DIR: folder,
  });
  const results = parse(await readFile(join(folder, "results.yaml"), "utf8")) as {
    config: { version: string };
    apis: Record<string, string>;
  };
  const count = (outcome: string): number => {
    const found = new RegExp(`^\\s*${outcome}\\.*: +(\\d+)$`, "im").exec(output)?.[1];
    if (found === undefined)
      throw new Error(`the suite did not say how many checks are ${outcome}:\n${output.slice(-2000)}`);
    return Number(found);
  };
  return {
    passed: count("pass"),
    failed: count("fail"),
    skipped: count("skip"),
    errors: count("error"),
    apis: results.apis,
    version: results.config.version,
  };
}
