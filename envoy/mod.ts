export { EnvoyError, envoyErrors } from "./errors.ts";
export { findEnvoy, type FindEnvoyOptions, type FoundEnvoy } from "./find.ts";
