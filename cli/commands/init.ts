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
    context.note(nextSteps(context, name, shown));
  },
});

/** The way from here to a proxy, each step a command that can be typed as it is, but for the hub's name. */
function nextSteps({ noteStyle, vars }: Context, name: string, folder: string): string {
  const hub = vars["WASM_HUB"] || "127.0.0.1:5000";
  const image = `${hub}/me/${name}:v1`;
  const steps: readonly (readonly [command: string, what: string])[] = [
    ...(folder === "." ? [] : [[`cd ${quoted(folder)}`, ""] as const]),
    [`wasm build -t ${image}`, "compile it into an image"],
    [`wasm push ${image}`, "share it; wasm hub serve starts a hub here"],
    [`wasm deploy envoy ${image} -b envoy.yaml`, "let an Envoy run it"],
  ];
  const lines = steps.map(([command, what]) =>
    what === "" ? `  ${command}` : `  ${command}\n      ${noteStyle("dim", what)}`,
  );
  return [`\n${name} is ready. Next:`, ...lines].join("\n");
}

function quoted(path: string): string {
  return /^[\w./@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

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
