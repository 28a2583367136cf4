import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { errorMessage } from "#core";
import { ProjectError } from "./errors.ts";

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

/**
 * Makes a check of values against a schema from a person's file.
 *
 * @throws {ProjectError} CONFIG_SCHEMA_INVALID
 */
export function compileSchema(schema: JsonSchema, where: string): ValidateFunction {
  // A schema of somebody else's may have formats and keywords that are not known here: they say nothing then.
  const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false, validateFormats: false });
  try {
    const validate = ajv.compile(schema);
    // Such a check gives a promise, which looks like a yes.
    if ("$async" in validate) throw new TypeError("$async is not a keyword of JSON Schema");
    return validate;
  } catch (cause) {
    throw new ProjectError("CONFIG_SCHEMA_INVALID", `${where} is not a JSON Schema: ${errorMessage(cause)}`, { cause });
  }
}

/**
 * Checks a plugin configuration before it is rolled out.
 *
 * @param where what the configuration is called in messages: a file, or `--config`
 * @throws {ProjectError} CONFIG_INVALID with every problem, CONFIG_SCHEMA_INVALID
 */
export function checkConfig(schema: JsonSchema, config: unknown, where: string): void {
  const validate = compileSchema(schema, "the filter's configuration schema");
  if (validate(config)) return;
  const problems = (validate.errors ?? []).map((error) => ({
    path: error.instancePath,
    message: describeSchemaError(error),
  }));
  const lines = problems.map(({ path, message }) => `${path === "" ? "the whole" : path}: ${message}`);
  throw new ProjectError(
    "CONFIG_INVALID",
    [`${where} does not follow the filter's configuration schema`, ...lines].join("\n"),
    {
      hint: "wasm inspect shows the schema",
      detail: { problems },
    },
  );
}

/** One violation in words. */
export function describeSchemaError(error: ErrorObject): string {
  const { keyword, params, message = "is not allowed", parentSchema } = error;
  const values = params as Record<string, unknown>;
  if (keyword === "additionalProperties" || keyword === "unevaluatedProperties") {
    return `${JSON.stringify(values["additionalProperty"] ?? values["unevaluatedProperty"])} is not known here`;
  }
  if (keyword === "required") return `${JSON.stringify(values["missingProperty"])} is missing`;
  if (keyword === "enum") return `must be ${words(values["allowedValues"])}`;
  if (keyword === "const") return `must be ${JSON.stringify(values["allowedValue"])}`;
  const description =
    keyword === "pattern" ? (parentSchema as { description?: unknown } | undefined)?.description : undefined;
  return typeof description === "string" ? `must be ${description}` : message;
}

function words(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(" or ") : "another value";
}
