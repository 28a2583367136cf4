export { checkConfig, compileSchema, type JsonSchema } from "./config-schema.ts";
export { type ImageConfig, readImageConfig } from "./image-config.ts";
export { writeEditorConfig } from "./editor.ts";
export { type Problem, ProjectError, projectErrors } from "./errors.ts";
export { loadProject, manifestFile, type Project } from "./load.ts";
export {
  type FilterLanguage,
  type FilterManifest,
  languages,
  manifestSchema,
  type Platform,
  platforms,
} from "./manifest.ts";
export { packageFilter, type PackagedFilter, type PackageOptions } from "./package.ts";
export { readManifest } from "./read-manifest.ts";
export { readTemplate, scaffold, type ScaffoldInput } from "./scaffold.ts";
export { workFolder } from "./work-folder.ts";
