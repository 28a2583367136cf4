import { Checker } from "./checker.ts";
import { SchemaError } from "./errors.ts";
import type { EnvoyYaml } from "./yaml.ts";

const messages = {
  bootstrap: "envoy.config.bootstrap.v3.Bootstrap",
  "discovery response": "envoy.service.discovery.v3.DiscoveryResponse",
  listener: "envoy.config.listener.v3.Listener",
  cluster: "envoy.config.cluster.v3.Cluster",
} as const;

/** What a file holds. */
export type EnvoyMessage = keyof typeof messages;

export interface CheckOptions {
  /** What an `@type` that Envoy 1.40 lacks is: a fault, or an extension that somebody built in. Default: a fault. */
  readonly unknownTypes?: "refuse" | "allow";
}

/**
 * Holds a file against Envoy 1.40's own schema: unknown fields, wrong types, unknown `@type`s, two fields of which only one
 * may be set. What Envoy takes passes; Envoy has rules beyond these (`validateConfig`).
 *
 * @throws {SchemaError} ENVOY_CONFIG_INVALID: the first fault is in the message, all are in `detail.faults`
 */
export function checkEnvoyYaml(yaml: EnvoyYaml, kind: EnvoyMessage, options: CheckOptions = {}): void {
  const checker = new Checker(yaml, options.unknownTypes ?? "refuse");
  checker.document(messages[kind]);
  const [first, ...others] = checker.faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
  if (!first) return;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  const where = `${yaml.file}:${first.line}:${first.column}`;
  throw new SchemaError("ENVOY_CONFIG_INVALID", `${where}: ${first.path}: ${first.message}${more}`, {
    hint: `mend this ${kind}; Envoy 1.40's API reference describes each field`,
    detail: { file: yaml.file, line: first.line, faults: [first, ...others] },
  });
}
