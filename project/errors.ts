import { type ErrorTable, HubError, type HubErrorOptions } from "#core";

export const projectErrors = {
  PROJECT_NOT_FOUND: "a folder has no filter.yaml",
  PROJECT_INVALID: "filter.yaml does not follow its schema",
  PROJECT_EXISTS: "wasm init would write over files that are there",
  SOURCE_MISSING: "the source file that filter.yaml names does not exist",
  BUILD_FAILED: "the compiler refused the filter's source",
  COMPILER_FAILED: "the compiler itself failed, and says nothing about the filter's source",
  CONFIG_INVALID: "a plugin configuration does not follow the filter's schema",
  CONFIG_SCHEMA_INVALID: "the schema for the plugin configuration is not a JSON Schema",
} as const satisfies ErrorTable;

/** What can be wrong with a filter project. */
export class ProjectError extends HubError<keyof typeof projectErrors> {}

/** One thing that is wrong in a file that a person wrote. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Lists problems as `file:line:column: message`, one a line. */
export function problemsError(
  code: keyof typeof projectErrors,
  headline: string,
  problems: readonly Problem[],
  options: HubErrorOptions = {},
): ProjectError {
  const lines = problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  return new ProjectError(code, [headline, ...lines].join("\n"), {
    ...options,
    detail: { problems, ...options.detail },
  });
}
