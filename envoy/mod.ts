export { EnvoyAdmin, type EnvoyListener, type Stats } from "./admin.ts";
export { EnvoyError, envoyErrors } from "./errors.ts";
export { findEnvoy, type FindEnvoyOptions, type FoundEnvoy } from "./find.ts";
export { type RunningEnvoy, startEnvoy, type StartEnvoyOptions } from "./start.ts";
export { validateConfig, type Validation } from "./validate.ts";
export { describeLog } from "./log.ts";
