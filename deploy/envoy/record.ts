import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode, errorMessage } from "#core";
import type { Digest } from "#oci";
import { DeployError } from "./errors.ts";
import { recordPath, recordsFolder } from "./names.ts";

/** What a deployment remembers of itself, in `deployment.json`: an undeploy takes out just what was put in. */
export interface DeploymentRecord {
  readonly name: string;
  /** File name of the bootstrap, which lies two folders up. */
  readonly bootstrap: string;
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
  /** The file that fills the slot, from the record's folder on. */
  readonly extensionFile: string;
  /** Listeners that it is in. */
  readonly listeners: readonly string[];
  /** Those that were asked for by name; null: all. */
  readonly wantedListeners: readonly string[] | null;
  readonly insertions: readonly InsertedText[];
}

/** One text that was put into a configuration file. */
export interface InsertedText {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
}

/** Every deployment beside a bootstrap, by name. @throws {DeployError} DEPLOYMENT_DAMAGED */
export async function readRecords(bootstrapPath: string): Promise<readonly DeploymentRecord[]> {
  const names = await readdir(recordsFolder(bootstrapPath)).catch((error: unknown): string[] => {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  });
  const records = await Promise.all(names.toSorted().map((name) => readRecord(recordPath(bootstrapPath, name))));
  return records.filter((record) => record !== undefined);
}

export function formatRecord(record: DeploymentRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/**
 * Deployments of all bootstraps in a folder share it.
 *
 * @throws {DeployError} DEPLOYMENT_ELSEWHERE
 */
export function checkOwner(record: DeploymentRecord, bootstrapPath: string): void {
  if (record.bootstrap === basename(bootstrapPath)) return;
  const where = join(dirname(bootstrapPath), record.bootstrap);
  throw new DeployError("DEPLOYMENT_ELSEWHERE", `${record.name} is deployed to ${where} already, in the same folder`, {
    hint: `choose another name with --name, or name ${record.bootstrap} as the bootstrap`,
    detail: { deployment: record.name, bootstrap: where },
  });
}

async function readRecord(path: string): Promise<DeploymentRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path, "utf8")) as Partial<DeploymentRecord> | null;
    if (!isRecord(record)) throw new Error("a field is missing");
    return record;
  } catch (cause) {
    if (errorCode(cause) === "ENOENT" || errorCode(cause) === "ENOTDIR") return undefined;
    throw new DeployError("DEPLOYMENT_DAMAGED", `${path} is damaged: ${errorMessage(cause)}`, {
      cause,
      hint: "restore the file from a backup; without it the lines that were put in have to be taken out by hand",
      detail: { path },
    });
  }
}

function isRecord(record: Partial<DeploymentRecord> | null): record is DeploymentRecord {
  const { name, bootstrap, digest, moduleDigest, version, extensionFile, insertions } = record ?? {};
  const texts = [name, bootstrap, digest, moduleDigest, version, extensionFile];
  const isText = (text: unknown): boolean => typeof text === "string" && text !== "";
  return (
    texts.every(isText) &&
    Array.isArray(insertions) &&
    insertions.every((one: Partial<InsertedText> | null) => isText(one?.file) && isText(one?.text))
  );
}
