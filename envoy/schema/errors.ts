import { type ErrorTable, HubError } from "#core";

export const schemaErrors = {
  CONFIG_NOT_YAML: "a configuration file of Envoy's does not parse as YAML",
  ENVOY_CONFIG_INVALID: "a configuration has a field that Envoy's schema does not know, or a value of another type",
} as const satisfies ErrorTable;

/** What can be wrong with the text of a configuration, before any Envoy has seen it. `detail.faults` has all of them. */
export class SchemaError extends HubError<keyof typeof schemaErrors> {}

/** One thing that is wrong, and where. */
export interface SchemaFault {
  /** Such as `static_resources.listeners[0].address`. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}
