import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { errorCode } from "#core";
import { ProjectError } from "./errors.ts";
import type { FilterManifest } from "./manifest.ts";
import { readManifest } from "./read-manifest.ts";

export const manifestFile = "filter.yaml";

/** A filter project on the disk. */
export interface Project {
  /** Absolute. */
  readonly folder: string;
  readonly manifest: FilterManifest;
  /** Text of README.md, if there is one. */
  readonly readme: string | undefined;
}

/**
 * Reads a project.
 *
 * @throws {ProjectError} PROJECT_NOT_FOUND, PROJECT_INVALID
 */
export async function loadProject(path: string): Promise<Project> {
  const folder = resolve(path);
  const text = await readOptional(join(folder, manifestFile));
  if (text === undefined) {
    throw new ProjectError("PROJECT_NOT_FOUND", `${folder} has no ${manifestFile}`, {
      hint: "wasm init makes a project; or name the folder of one",
      detail: { folder },
    });
  }
  return { folder, manifest: readManifest(text, manifestFile), readme: await readOptional(join(folder, "README.md")) };
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(errorCode(error) ?? "")) return undefined;
    throw error;
  }
}
