import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const sdk = fileURLToPath(new URL("../../sdk/", import.meta.url));

/** An example in the SDK's documentation, made into a file that the compiler takes and a host runs. */
export interface Example {
  /** Where it stands, such as "body.ts 1". */
  readonly name: string;
  /** The example, after the imports that it needs and before {@link use of all that it declares}. */
  readonly source: string;
  /** How a host runs it; `undefined` when there is nothing to run. */
  readonly filter: { readonly rootId: string; readonly kind: "http" | "tcp" } | undefined;
}

/** Every example in the docstrings and in the README. */
export async function findExamples(): Promise<Example[]> {
  const exported = await exportedNames();
  const examples: Example[] = [];
  const files = (await readdir(`${sdk}assembly`)).toSorted().map((file) => `assembly/${file}`);
  for (const file of ["README.md", ...files]) {
    const text = await readFile(sdk + file, "utf8");
    const blocks = file.endsWith(".md") ? text : text.replaceAll(/^ *\* ?/gm, "");
    for (const [index, [, code = ""]] of [...blocks.matchAll(/^```ts\n(.*?)^```$/gms)].entries()) {
      examples.push(exampleOf(`${file.replace("assembly/", "")} ${index + 1}`, code, exported));
    }
  }
  return examples;
}

/** What index.ts exports. */
export async function exportedNames(): Promise<string[]> {
  const index = await readFile(`${sdk}index.ts`, "utf8");
  return [...index.matchAll(/export \{([^}]*)\}/g)].flatMap(([, names = ""]) => names.match(/\w+/g) ?? []);
}

/** Names that a file of the SDK declares, each with the docstring before it. */
export async function docstrings(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const file of await readdir(`${sdk}assembly`)) {
    const text = await readFile(`${sdk}assembly/${file}`, "utf8");
    const declaration =
      /^(?:\/\*\*((?:(?!\*\/).)*)\*\/\n)?export (?:abstract )?(?:class|enum|function|namespace) (\w+)/gms;
    for (const [, docstring = "", name = ""] of text.matchAll(declaration)) {
      if (docstring !== "" || !found.has(name)) found.set(name, docstring);
    }
  }
  return found;
}

function exampleOf(name: string, code: string, exported: readonly string[]): Example {
  const id = name.replaceAll(/\W+/g, "-");
  const needed = exported.filter((word) => new RegExp(`\\b${word}\\b`).test(code) || registration.includes(word));
  const imports = code.includes("import {") ? "" : `import { ${needed.join(", ")} } from "@wasm-hub/sdk";\n`;
  const rest = code.includes("import {")
    ? `import { ${registration.filter((word) => !code.includes(word)).join(", ")} } from "@wasm-hub/sdk";\n`
    : "";
  const { filter, text } = registered(id, code);
  return { name, filter, source: `${imports}${rest}${code}\n${text}\n${useOf(code)}` };
}

/** What the code around an example needs. */
const registration = [
  "Action",
  "HttpContext",
  "RootContext",
  "registerFilter",
  "registerHttpFilter",
  "registerTcpFilter",
];

/** Registers what the example itself does not. */
function registered(id: string, code: string): { filter: Example["filter"]; text: string } {
  const own = /register\w*Filter\("([^"]+)"/.exec(code)?.[1];
  const isTcp = / extends TcpContext/.test(code);
  const kind = isTcp ? "tcp" : "http";
  if (own !== undefined) return { filter: { rootId: own, kind }, text: "" };
  const filter = { rootId: id, kind } as const;
  const classes = [...code.matchAll(/^class (\w+) extends (\w+)(.*?)^\}/gms)];
  for (const base of ["RootContext", "HttpContext", "TcpContext"]) {
    const [, name = "", , body = ""] = classes.find(([, , extended]) => extended === base) ?? [];
    const parameters = /constructor\(([^)]*)\)/.exec(body)?.[1];
    if (name === "" || (parameters !== undefined && !/^private \w+: string$/.test(parameters))) continue;
    if (base === "RootContext") return { filter, text: `registerFilter("${id}", () => new ${name}());` };
    const created = parameters === undefined ? "()" : "(root.configuration)";
    const register = base === "HttpContext" ? "registerHttpFilter" : "registerTcpFilter";
    return { filter, text: `${register}("${id}", (root) => new ${name}${created});` };
  }
  const calls = [...code.matchAll(/^function (\w+)\(\)/gm)].map(([, name = ""]) => `${name}();`);
  if (calls.length === 0) return { filter: undefined, text: "" };
  const callback = `onRequestHeaders(endOfStream: bool): Action { ${calls.join(" ")} return Action.Continue; }`;
  return {
    filter: { rootId: id, kind: "http" },
    text: `class Calling extends HttpContext { ${callback} }\nregisterHttpFilter("${id}", () => new Calling());`,
  };
}

/** The compiler looks only at what is used: this uses all that the example declares, and is never run. */
function useOf(code: string): string {
  const uses: string[] = [];
  for (const [, name = "", body = ""] of code.matchAll(/^class (\w+) extends \w+(.*?)^\}/gms)) {
    const parameters = /constructor\(([^)]*)\)/.exec(body)?.[1] ?? "";
    uses.push(`const it${uses.length} = new ${name}(${anyOf(parameters)});`);
    const it = `it${uses.length - 1}`;
    for (const [, method = "", takes = ""] of body.matchAll(/^ {2}(?!constructor)(\w+)\(([^)]*)\): [^{]*\{/gm)) {
      uses.push(`${it}.${method}(${anyOf(takes)});`);
    }
  }
  for (const [, name = "", takes = ""] of code.matchAll(/^function (\w+)\(([^)]*)\)/gm)) {
    uses.push(`${name}(${anyOf(takes)});`);
  }
  return `let isUsed = false;
function anything<T>(): T {
  if (isReference<T>()) return changetype<T>(0);
  else return <T>0;
}
if (isUsed) {
  ${uses.join("\n  ")}
}
`;
}

function anyOf(parameters: string): string {
  return parameters
    .split(",")
    .filter((parameter) => parameter.includes(":"))
    .map((parameter) => `anything<${parameter.slice(parameter.indexOf(":") + 1).trim()}>()`)
    .join(", ");
}
