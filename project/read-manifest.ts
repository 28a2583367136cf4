import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import { errorMessage } from "#core";
import { compileSchema, describeSchemaError } from "./config-schema.ts";
import { type Problem, problemsError, ProjectError } from "./errors.ts";
import { type FilterManifest, manifestSchema } from "./manifest.ts";

let validator: ValidateFunction | undefined;

/**
 * Reads `filter.yaml`.
 *
 * @param file its path as it is shown in problems
 * @throws {ProjectError} PROJECT_INVALID with every problem, each with its line
 */
export function readManifest(text: string, file: string): FilterManifest {
  const lines = new LineCounter();
  // A byte order mark would count as a character of the first line.
  const document = parseDocument(text.replace(/^\uFEFF/, ""), { lineCounter: lines });
  const at = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message };
  };
  const syntax = document.errors.map((error) => at(error.pos[0], firstLine(error.message)));
  if (syntax.length > 0) throw invalid(file, syntax);
  if (document.contents === null) throw invalid(file, [at(0, "the file is empty")]);

  const manifest = toValue(document, file, at);
  validator ??= compileManifestSchema();
  const isValid = validator(manifest);
  const problems = (validator.errors ?? []).map((error) =>
    at(offsetOf(document, error), `${label(error)}${describeSchemaError(error)}`),
  );
  if (!isValid) throw invalid(file, problems);
  checkDefault(manifest as FilterManifest, document, at, file);
  return manifest as FilterManifest;
}

function compileManifestSchema(): ValidateFunction {
  // A test holds the schema to JSON Schema's own; to do it here would take longer than all the rest.
  return new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true, validateSchema: false }).compile(
    manifestSchema,
  );
}

/** Replaces aliases by what they stand for. */
function toValue(document: Document, file: string, at: (offset: number, message: string) => Problem): unknown {
  const lost: Problem[] = [];
  visit(document, {
    Alias(_, alias) {
      if (!alias.resolve(document)) lost.push(at(startOf(alias), `no anchor &${alias.source} comes before this alias`));
    },
  });
  if (lost.length > 0) throw invalid(file, lost);
  try {
    return document.toJS();
  } catch (error) {
    // Aliases of aliases of aliases, which would fill the memory.
    throw invalid(file, [at(0, errorMessage(error))]);
  }
}

/** A default that its own schema refuses would fail every deploy. */
function checkDefault(
  manifest: FilterManifest,
  document: Document,
  at: (offset: number, message: string) => Problem,
  file: string,
): void {
  const { schema, default: value } = manifest.config ?? {};
  if (schema === undefined) return;
  const schemaOffset = startOf(document.getIn(["config", "schema"], true));
  try {
    const validate = compileSchema(schema, "config.schema");
    if (value === undefined || validate(value)) return;
    const problems = (validate.errors ?? []).map((error) => {
      const path = ["config", "default", ...segments(error.instancePath)];
      return at(
        nearestOffset(document, path),
        `config.default${error.instancePath.replaceAll("/", ".")}: ${describeSchemaError(error)}`,
      );
    });
    throw invalid(file, problems);
  } catch (error) {
    if (error instanceof ProjectError && error.code === "CONFIG_SCHEMA_INVALID")
      throw invalid(file, [at(schemaOffset, error.message)]);
    throw error;
  }
}

function invalid(file: string, problems: readonly Problem[]): ProjectError {
  const ordered = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return problemsError("PROJECT_INVALID", `${file} is not valid`, ordered, {
    hint: "docs/formats/filter-yaml.md lists every field",
  });
}

function label({ instancePath }: ErrorObject): string {
  return instancePath === "" ? "" : `${segments(instancePath).join(".")}: `;
}

/** Where the problem is: for an unknown field its key, else the value, else the nearest thing around it. */
function offsetOf(document: Document, error: ErrorObject): number {
  const path = segments(error.instancePath);
  const { additionalProperty } = error.params as { additionalProperty?: string };
  if (additionalProperty !== undefined) {
    const parent = path.length === 0 ? document.contents : document.getIn(path, true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === additionalProperty)
      : undefined;
    if (pair) return startOf(pair.key);
  }
  return nearestOffset(document, path);
}

function nearestOffset(document: Document, path: readonly string[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (node) return startOf(node);
  }
  return startOf(document.contents);
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

/** RFC 6901. */
function segments(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function firstLine(text: string): string {
  return (text.split("\n", 1)[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
}
