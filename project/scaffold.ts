import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorCode, packageRoot } from "#core";
import { writeEditorConfig } from "./editor.ts";
import { ProjectError } from "./errors.ts";
import type { FilterLanguage } from "./manifest.ts";

/** The name that templates have, which a project's own takes the place of. */
const templateName = "my-filter";
const templateDescription = "Adds a response header";

/** Files whose real names package tools would act on. */
const renamed: Readonly<Record<string, string>> = { gitignore: ".gitignore" };

export interface ScaffoldInput {
  /** Made when it is absent. */
  readonly folder: string;
  readonly name: string;
  readonly language: FilterLanguage;
  readonly description?: string | undefined;
}

/**
 * Writes a new project: a filter that builds and works as it is.
 *
 * @returns the files, relative to the folder
 * @throws {ProjectError} PROJECT_EXISTS, and nothing is written then
 */
export async function scaffold(input: ScaffoldInput): Promise<readonly string[]> {
  const files = await readTemplate(input);
  await checkFree(input.folder, [...files.keys()]);
  const written: string[] = [];
  try {
    for (const [name, text] of files) {
      const path = join(input.folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { flag: "wx" });
      written.push(path);
    }
  } catch (error) {
    await Promise.all(written.map((path) => rm(path, { force: true })));
    throw error;
  }
  await writeEditorConfig(input.folder);
  return [...files.keys()];
}

/** What {@link scaffold} would write: text by path. */
export async function readTemplate({
  name,
  language,
  description,
}: ScaffoldInput): Promise<ReadonlyMap<string, string>> {
  const template = join(packageRoot(), "templates", language);
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const relative = path.slice(template.length + 1);
    // What a build in the template itself leaves there is not a part of it.
    if (!entry.isFile() || relative.split("/").some((part) => part === ".wasm" || part === "node_modules")) continue;
    const text = (await readFile(path, "utf8")).replaceAll(templateName, name);
    const own = description === undefined ? text : text.replaceAll(templateDescription, description);
    files.set(renamed[relative] ?? relative, relative === "filter.yaml" ? own : text);
  }
  return files;
}

async function checkFree(folder: string, names: readonly string[]): Promise<void> {
  const present = await readdir(folder, { recursive: true }).catch((error: unknown): string[] => {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  });
  const clash = names.filter((name) => present.includes(name));
  if (clash.length === 0) return;
  throw new ProjectError("PROJECT_EXISTS", `${folder} has ${clash.join(", ")} already`, {
    hint: "choose another folder, or remove them",
    detail: { folder, files: clash },
  });
}
