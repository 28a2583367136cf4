export { buildModule, type BuildOptions, type BuildResult } from "./build.ts";
export { modulePath } from "./cache.ts";
export { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";
