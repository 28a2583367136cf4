export { type AbiVersion, abiVersions, checkModule, type FilterModule } from "./abi.ts";
export { requiredCapabilities } from "./capabilities.ts";
export { ModuleError, moduleErrors } from "./errors.ts";
export {
  type ModuleExport,
  type ModuleImport,
  type ModuleInfo,
  type ModuleSection,
  parseModule,
  type Producers,
} from "./parse.ts";
