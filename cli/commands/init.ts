import { basename, relative, resolve } from "node:path";
import { type FilterLanguage, languages, manifestSchema, scaffold } from "#project";
import { defineCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { usageError } from "../errors.ts";
import { json } from "../flags.ts";

export const init = defineCommand({
  summary: "Make a new filter project",
  description: ["Writes a small filter that builds and works as it is: change its one source file and build it again."],
  arguments: {
    folder: {
      value: "FOLDER",
      description: "where it goes; made when it is absent",
      optional: true,
      complete: "folder",
    },
  },
  flags: {
    name: { type: "string", short: "n", value: "NAME", description: "name of the filter; by default the folder's" },
    language: {
      type: "string",
      short: "l",
      value: "LANGUAGE",
      choices: languages,
      description: "what the filter is written in",
    },
    description: { type: "string", value: "TEXT", description: "what the filter does, in one sentence" },
    json,
  },
  examples: [
    { text: "a filter in a folder of its own", command: "wasm init my-filter" },
    { text: "without questions", command: "wasm init my-filter --language assemblyscript" },
  ],
  json: { name: "my-filter", language: "assemblyscript", folder: "/home/me/my-filter", files: ["filter.yaml"] },

  async run(context, { flags, arguments: { folder: given } }) {
    const folder = resolve(context.cwd, given ?? (await askFolder(context)));
    const name = flags.name ?? nameFrom(basename(folder));
    checkName(name);
    const language = flags.language ?? (await askLanguage(context));
    const files = await scaffold({ folder, name, language, description: flags.description });
    if (context.isJson) return context.outJson({ name, language, folder, files });
    const shown = relative(context.cwd, folder) || ".";
    context.out(files.map((file) => `${shown === "." ? "" : `${shown}/`}${file}\n`).join(""));
    context.note(`\n${name} is ready. Next:`);
    if (shown !== ".") context.note(`  cd ${shown}`);
    context.note("  wasm build");
  },
});

async function askFolder(context: Context): Promise<string> {
  const prompts = await context.prompts();
  if (!prompts) throw usageError("FOLDER is missing", { hint: "write wasm init FOLDER; . is the current folder" });
  return prompts.text({
    message: "Which folder?",
    initial: "my-filter",
    validate: (answer) => (answer === "" ? "a folder is needed" : undefined),
  });
}

/** One language needs no question. */
async function askLanguage(context: Context): Promise<FilterLanguage> {
  if (languages.length === 1) return languages[0];
  const prompts = await context.prompts();
  if (!prompts) throw usageError("--language is missing", { hint: `it is one of ${languages.join(", ")}` });
  return prompts.select(
    "Which language?",
    languages.map((value) => ({ value, label: value })),
  );
}

/** `My Filter` is what a folder may be called, and `my-filter` what a filter may. */
function nameFrom(folder: string): string {
  return folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[._-]+|[._-]+$/g, "");
}

function checkName(name: string): void {
  const { pattern, description } = manifestSchema.properties.name;
  if (new RegExp(pattern).test(name)) return;
  throw usageError(`${JSON.stringify(name)} is not a name for a filter`, { hint: `--name takes ${description}` });
}
