import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pathExists } from "#core";
import { loadProject, manifestFile, workFolder, writeEditorConfig } from "#project";
import type { Context } from "../context.ts";
import { failed, type Finding, fromError, ok } from "./check.ts";

/** The project in this folder, if there is one: its manifest, its source, and what an editor needs. */
export async function checkProject({ cwd }: Context): Promise<Finding> {
  if (!(await pathExists(join(cwd, manifestFile)))) return ok("none in this folder");
  try {
    const { manifest, folder } = await loadProject(cwd);
    const source = await stat(join(folder, manifest.source)).catch(() => undefined);
    if (!source?.isFile()) {
      return failed(`${manifestFile} names ${manifest.source} as source, and there is no such file`, "mend that line");
    }
    if (await pathExists(join(folder, workFolder, "tsconfig.json"))) return ok(`${manifest.name} ${manifest.version}`);
    const apply = async (): Promise<string> => {
      await writeEditorConfig(folder);
      return `wrote ${workFolder}/tsconfig.json`;
    };
    return {
      status: "warning",
      detail: `${manifest.name}: an editor will not find the SDK`,
      mend: { plan: `write ${workFolder}/tsconfig.json, as wasm build does`, apply },
    };
  } catch (error) {
    return fromError(error);
  }
}
