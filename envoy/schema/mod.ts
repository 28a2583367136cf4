export { checkEnvoyYaml, type EnvoyMessage } from "./check.ts";
export { SchemaError, schemaErrors, type SchemaFault } from "./errors.ts";
export { type EnvoyYaml, readEnvoyYaml } from "./yaml.ts";
