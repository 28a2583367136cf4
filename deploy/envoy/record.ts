import { readdir, readFile } from "node:fs/promises";
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

async function readRecord(path: string): Promise<DeploymentRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path, "utf8")) as DeploymentRecord;
    const texts = [
      record.name,
      record.bootstrap,
      record.digest,
      record.moduleDigest,
      record.version,
      record.extensionFile,
    ];
    const isSound =
      texts.every((text) => typeof text === "string" && text !== "") &&
      record.insertions.every(({ file, text }) => typeof file === "string" && text.length > 0);
    if (!isSound) throw new Error("a field is missing");
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
