export { type CheckOptions, checkEnvoyYaml, type EnvoyMessage } from "./check.ts";
export { SchemaError, schemaErrors, type SchemaFault } from "./errors.ts";
export { dereference, entries, type EnvoyYaml, readEnvoyYaml } from "./yaml.ts";
