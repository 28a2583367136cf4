import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { packageRoot, pathExists } from "#core";
import { writeEditorConfig } from "./editor.ts";
import { ProjectError } from "./errors.ts";
import { manifestFile } from "./load.ts";
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
    const isManifest = relative === manifestFile && description !== undefined;
    files.set(renamed[relative] ?? relative, isManifest ? describeFilter(text, description) : text);
  }
  return files;
}

/** Whatever the words are, the file stays YAML. */
function describeFilter(manifest: string, description: string): string {
  const scalar = stringify(description, { lineWidth: 0, blockQuote: false }).trimEnd();
  return manifest.replace(`description: ${templateDescription}`, () => `description: ${scalar}`);
}

async function checkFree(folder: string, names: readonly string[]): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found && !found.isDirectory()) {
    throw new ProjectError("PROJECT_EXISTS", `${folder} is a file`, {
      hint: "choose another folder",
      detail: { folder },
    });
  }
  const present = await Promise.all(names.map((name) => pathExists(join(folder, name))));
  const clash = names.filter((_, index) => present[index]);
  if (clash.length === 0) return;
  throw new ProjectError("PROJECT_EXISTS", `${folder} has ${clash.join(", ")} already`, {
    hint: "choose another folder, or remove them",
    detail: { folder, files: clash },
  });
}
