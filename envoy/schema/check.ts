import { type DescField, type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { isMap, isScalar, isSeq, type Node } from "yaml";
import { errorMessage } from "#core";
import { envoyDescriptors } from "./descriptors.ts";
import { SchemaError, type SchemaFault } from "./errors.ts";
import { dereference, type EnvoyYaml, keyText, toValue } from "./yaml.ts";

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
 * may be set. Envoy itself has rules beyond that (`validateConfig`).
 *
 * @throws {SchemaError} ENVOY_CONFIG_INVALID: the first fault is in the message, all are in `detail.faults`
 */
export function checkEnvoyYaml(yaml: EnvoyYaml, kind: EnvoyMessage, options: CheckOptions = {}): void {
  const checker = new Checker(yaml, options.unknownTypes ?? "refuse");
  checker.message(messageOf(messages[kind]), yaml.document.contents, "");
  const [first, ...others] = checker.faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
  if (!first) return;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  const where = `${yaml.file}:${first.line}:${first.column}`;
  throw new SchemaError("ENVOY_CONFIG_INVALID", `${where}: ${first.path}: ${first.message}${more}`, {
    hint: `mend this ${kind}; Envoy 1.40's API reference describes each field`,
    detail: { file: yaml.file, line: first.line, faults: [first, ...others] },
  });
}

function messageOf(typeName: string): DescMessage {
  const message = envoyDescriptors().getMessage(typeName);
  if (!message) throw new Error(`the descriptors lack ${typeName}`);
  return message;
}

class Checker {
  readonly faults: SchemaFault[] = [];
  readonly #yaml: EnvoyYaml;
  readonly #unknownTypes: "refuse" | "allow";
  /** An anchored node is checked once for each message that it is used as. */
  readonly #checked = new Map<Node, Set<DescMessage>>();

  constructor(yaml: EnvoyYaml, unknownTypes: "refuse" | "allow") {
    this.#yaml = yaml;
    this.#unknownTypes = unknownTypes;
  }

  message(message: DescMessage, node: unknown, path: string): void {
    const target = this.#target(node);
    if (target === undefined || this.#wasChecked(target, message)) return;
    if (message.typeName === "google.protobuf.Any") return this.#any(target, path);
    // The well-known types have forms of their own in JSON, such as `1.5s` for a Duration.
    if (message.typeName.startsWith("google.protobuf.")) return this.#value(target, path, message);
    this.#fields(message, target, path);
  }

  #fields(message: DescMessage, node: Node, path: string, skip?: string): void {
    if (!isMap(node)) {
      if (toValue(node, this.#yaml.document) === null) return;
      return this.#fault(node, path, `must be a mapping (${message.typeName})`);
    }
    const chosen = new Map<string, string>();
    for (const { key, value } of node.items) {
      const name = keyText(key);
      if (name === skip) continue;
      const below = path === "" ? name : `${path}.${name}`;
      const field = message.fields.find((field) => field.name === name || field.jsonName === name);
      if (!field) {
        this.#fault((key as Node | null) ?? node, below, `${message.typeName} has no such field`);
        continue;
      }
      const other = field.oneof && chosen.get(field.oneof.name);
      if (other !== undefined) this.#fault(key as Node, below, `only one of ${other} and ${name} may be set`);
      if (field.oneof) chosen.set(field.oneof.name, name);
      this.#field(field, value, below);
    }
  }

  #field(field: DescField, node: unknown, path: string): void {
    const target = this.#target(node);
    if (!target || toValue(target, this.#yaml.document) === null) return;
    if (field.fieldKind === "message") return this.message(field.message, target, path);
    if (field.fieldKind === "list" && field.listKind === "message") {
      if (!isSeq(target)) return this.#fault(target, path, "must be a list");
      return target.items.forEach((item, index) => this.message(field.message, item, `${path}[${index}]`));
    }
    if (field.fieldKind === "map" && field.mapKind === "message") {
      if (!isMap(target)) return this.#fault(target, path, "must be a mapping");
      return target.items.forEach(({ key, value }) => this.message(field.message, value, `${path}["${keyText(key)}"]`));
    }
    this.#value(target, path, field.parent, field.name);
  }

  #any(node: Node, path: string): void {
    const typeUrl = isMap(node) ? node.get("@type") : undefined;
    if (typeof typeUrl !== "string") return this.#fault(node, path, 'must be a mapping with an "@type"');
    const message = envoyDescriptors().getMessage(typeUrl.slice(typeUrl.lastIndexOf("/") + 1));
    if (!message && this.#unknownTypes === "allow") return;
    if (!message) return this.#fault(node, `${path}["@type"]`, `${typeUrl} is no message of Envoy 1.40`);
    if (message.typeName.startsWith("google.protobuf."))
      return this.#value(node, path, messageOf("google.protobuf.Any"));
    this.#fields(message, node, path, "@type");
  }

  /** Lets protobuf's own JSON reader judge, a leaf at a time so that the place is known. */
  #value(node: Node, path: string, message: DescMessage, field?: string): void {
    const value = toValue(node, this.#yaml.document) as JsonValue;
    if (value === null) return;
    try {
      fromJson(message, field === undefined ? value : { [field]: value }, { registry: envoyDescriptors() });
    } catch (error) {
      this.#fault(node, path, `${describe(errorMessage(error))}${yamlTrap(node, value)}`);
    }
  }

  #target(node: unknown): Node | undefined {
    return dereference(node, this.#yaml.document);
  }

  #wasChecked(node: Node, message: DescMessage): boolean {
    const before = this.#checked.get(node) ?? new Set();
    if (before.has(message)) return true;
    this.#checked.set(node, before.add(message));
    return false;
  }

  #fault(node: Node, path: string, message: string): void {
    this.faults.push({ path: path === "" ? "(top)" : path, ...this.#yaml.position(node), message });
  }
}

/** `cannot decode field x.Y.z from JSON: expected …`, of which the first half says what the path says better. */
function describe(text: string): string {
  const [, type, got] = /cannot decode (?:message|enum) (\S+) from JSON: (.*)$/s.exec(text) ?? [];
  if (type !== undefined) return `${got} is no ${type}`;
  return /from JSON: (.*)$/s.exec(text)?.[1] ?? text;
}

function yamlTrap(node: Node, value: JsonValue): string {
  if (typeof value !== "boolean" || !isScalar<string>(node) || /^(?:true|false)$/i.test(node.value)) return "";
  return ` (Envoy reads YAML 1.1, where ${node.value} is a boolean: quote it)`;
}
