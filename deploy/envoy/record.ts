import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorCode, errorMessage } from "#core";
import type { Digest } from "#oci";
import { DeployError } from "./errors.ts";

/** What a deployment remembers of itself, in `deployment.json` beside its files. */
export interface DeploymentRecord {
  readonly name: string;
  /** What was deployed, as it was typed. */
  readonly reference: string;
  /** Of the image. */
  readonly digest: Digest;
  readonly moduleDigest: Digest;
  readonly rootId: string;
  readonly mode: "file" | "remote";
  /** What the filter was given as its configuration. */
  readonly configuration: string | null;
  /** `version_info` of the extension. */
  readonly version: string;
  /** Listeners that it is in. */
  readonly listeners: readonly string[];
  readonly files: readonly ChangedFile[];
}

/** A configuration file that a deployment put lines into. */
export interface ChangedFile {
  readonly path: string;
  /** Digests of the whole file before and after. */
  readonly before: Digest;
  readonly after: Digest;
  /** Each text that was put in. */
  readonly inserted: readonly string[];
}

/** Where a deployment keeps its files: `<bootstrap's folder>/wasm-hub/<name>/`. */
export interface DeploymentPaths {
  readonly folder: string;
  readonly extension: string;
  readonly record: string;
}

export function deploymentPaths(bootstrapPath: string, name: string): DeploymentPaths {
  const folder = join(dirname(bootstrapPath), "wasm-hub", name);
  return { folder, extension: join(folder, "extension.json"), record: join(folder, "deployment.json") };
}

/** @throws {DeployError} DEPLOYMENT_DAMAGED */
export async function readRecord(bootstrapPath: string, name: string): Promise<DeploymentRecord | undefined> {
  const path = deploymentPaths(bootstrapPath, name).record;
  try {
    return JSON.parse(await readFile(path, "utf8")) as DeploymentRecord;
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined;
    throw new DeployError("DEPLOYMENT_DAMAGED", `cannot read ${path}: ${errorMessage(cause)}`, {
      cause,
      hint: "restore the file from a backup; without it the lines that were put in have to be taken out by hand",
      detail: { path },
    });
  }
}

/** Every deployment of a bootstrap, by name. */
export async function readRecords(bootstrapPath: string): Promise<readonly DeploymentRecord[]> {
  const root = join(dirname(bootstrapPath), "wasm-hub");
  const names = await readdir(root).catch((error: unknown): string[] => {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  });
  const records = await Promise.all(names.toSorted().map((name) => readRecord(bootstrapPath, name)));
  return records.filter((record) => record !== undefined);
}
