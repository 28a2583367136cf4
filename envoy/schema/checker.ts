import { type DescEnum, type DescField, type DescMessage, type ScalarType } from "@bufbuild/protobuf";
import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import { envoyDescriptors } from "./descriptors.ts";
import type { SchemaFault } from "./errors.ts";
import { enumFault, expected, scalarFault, textForms } from "./leaf.ts";
import { didYouMean } from "./nearest.ts";
import { isBooleanWord, readScalar } from "./scalar.ts";
import { dereference, entries, type EnvoyYaml } from "./yaml.ts";

/** What one value of a field is: an item, if the field is a list or a mapping. */
type ValueType = DescMessage | DescEnum | ScalarType;

/** Walks nodes and messages side by side. Made for one file. */
export class Checker {
  readonly faults: SchemaFault[] = [];
  readonly #yaml: EnvoyYaml;
  readonly #unknownTypes: "refuse" | "allow";
  /** An anchored node is checked once for each message that it is used as. */
  readonly #checked = new Map<Node, Set<DescMessage>>();

  constructor(yaml: EnvoyYaml, unknownTypes: "refuse" | "allow") {
    this.#yaml = yaml;
    this.#unknownTypes = unknownTypes;
  }

  /** @param typeName of the message that the whole file is */
  document(typeName: string): void {
    const message = messageOf(typeName);
    if (!message) throw new Error(`the descriptors lack ${typeName}`);
    const top = dereference(this.#yaml.document.contents, this.#yaml.document);
    if (top && !this.#isNull(top)) return this.#message(message, top, "");
    this.faults.push({ path: "(top)", line: 1, column: 1, message: `must be a mapping (${typeName}), not empty` });
  }

  #message(message: DescMessage, node: Node, path: string): void {
    const before = this.#checked.get(node) ?? new Set();
    if (before.has(message)) return;
    this.#checked.set(node, before.add(message));

    const form = textForms[message.typeName];
    const wrapped = wrappedType(message);
    if (message.typeName === "google.protobuf.Any") this.#any(node, path);
    else if (message.typeName === "google.protobuf.Value") return;
    else if (message.typeName === "google.protobuf.ListValue") {
      if (!isSeq(node)) this.#fault(node, path, "must be a list");
    } else if (message.typeName === "google.protobuf.Struct") {
      if (!isMap(node)) this.#fault(node, path, "must be a mapping");
    } else if (isMap(node)) this.#fields(message, entries(node), path);
    else if (wrapped !== undefined) this.#leaf(wrapped, node, path);
    else if (form) {
      const value = isScalar(node) ? readScalar(node) : undefined;
      if (typeof value !== "string") this.#fault(node, path, `must be ${form.form}`);
      else if (!form.reads(value)) this.#fault(node, path, expected(form.form, value));
    } else this.#fault(node, path, `must be a mapping (${message.typeName})`);
  }

  #fields(message: DescMessage, pairs: ReadonlyMap<string, Pair>, path: string): void {
    const chosen = new Map<string, DescField>();
    for (const [name, { key, value }] of pairs) {
      const below = path === "" ? name : `${path}.${name}`;
      const field = message.fields.find((field) => field.name === name || field.jsonName === name);
      if (!field) {
        const near = didYouMean(
          name,
          message.fields.map((field) => field.name),
        );
        this.#fault(key as Node, below, `${message.typeName} has no such field${near}`);
        continue;
      }
      if (this.#isNull(value)) continue;
      const other = field.oneof && chosen.get(field.oneof.name);
      if (other && other !== field) {
        this.#fault(key as Node, below, `only one of ${other.name} and ${field.name} may be set`);
      }
      if (field.oneof) chosen.set(field.oneof.name, field);
      this.#field(field, value, below);
    }
  }

  #field(field: DescField, node: unknown, path: string): void {
    const target = dereference(node, this.#yaml.document);
    if (!target) return;
    if (field.fieldKind === "map") {
      if (!isMap(target)) return this.#fault(target, path, "must be a mapping");
      for (const [key, { value }] of entries(target)) this.#value(itemType(field), value, `${path}["${key}"]`);
    } else if (field.fieldKind === "list") this.#list(itemType(field), target, path);
    else this.#value(itemType(field), target, path);
  }

  /** protobuf takes a single item for a list of one, and a list in a list for its items. */
  #list(type: ValueType, node: Node, path: string): void {
    if (!isSeq(node)) return this.#value(type, node, path);
    for (const [index, item] of node.items.entries()) {
      const below = `${path}[${index}]`;
      const target = dereference(item, this.#yaml.document);
      if (isSeq(target)) this.#list(type, target, below);
      else this.#value(type, target, below);
    }
  }

  #value(type: ValueType, node: unknown, path: string): void {
    const target = dereference(node, this.#yaml.document);
    if (!target || this.#isNull(target)) return;
    if (typeof type === "object" && type.kind === "message") this.#message(type, target, path);
    else this.#leaf(type, target, path);
  }

  #leaf(type: DescEnum | ScalarType, node: Node, path: string): void {
    const value = isScalar(node) ? readScalar(node) : undefined;
    if (value === null) return;
    if (value === undefined) return this.#fault(node, path, "must be a single value");
    const fault = typeof type === "object" ? enumFault(type, value) : scalarFault(type, value);
    if (fault === undefined) return;
    const trap = isBooleanWord(node) ? " (Envoy reads YAML 1.1, where this word is a boolean: quote it)" : "";
    this.#fault(node, path, fault + trap);
  }

  /** An empty one is taken; Envoy then goes by the name beside it, if it does. */
  #any(node: Node, path: string): void {
    if (!isMap(node)) return this.#fault(node, path, 'must be a mapping with an "@type"');
    const pairs = new Map(entries(node));
    if (pairs.size === 0) return;
    const typeNode = dereference(pairs.get("@type")?.value, this.#yaml.document);
    pairs.delete("@type");
    const typeUrl = isScalar(typeNode) ? readScalar(typeNode) : undefined;
    if (!typeNode || typeof typeUrl !== "string") return this.#fault(node, path, 'must be a mapping with an "@type"');
    const below = `${path}["@type"]`;
    const slash = typeUrl.lastIndexOf("/");
    if (slash <= 0) return this.#fault(typeNode, below, `must be such as type.googleapis.com/${typeUrl}`);
    const typeName = typeUrl.slice(slash + 1);
    const message = messageOf(typeName);
    if (message) return this.#anyFields(message, pairs, node, path);
    if (this.#unknownTypes === "allow") return;
    this.#fault(typeNode, below, `${typeName} is no message of Envoy 1.40${sameName(typeName)}`);
  }

  /** Messages that JSON has a form of its own for stand in a field `value`. */
  #anyFields(message: DescMessage, pairs: ReadonlyMap<string, Pair>, node: YAMLMap, path: string): void {
    if (!message.typeName.startsWith("google.protobuf.") || message.typeName === "google.protobuf.Empty") {
      return this.#fields(message, pairs, path);
    }
    const others = [...pairs.keys()].filter((name) => name !== "value");
    if (others.length > 0) this.#fault(node, path, `a ${message.typeName} stands in the field value`);
    this.#value(message, pairs.get("value")?.value, `${path}.value`);
  }

  #isNull(node: unknown): boolean {
    const target = dereference(node, this.#yaml.document);
    return target === undefined || (isScalar(target) && readScalar(target) === null);
  }

  #fault(node: Node, path: string, message: string): void {
    this.faults.push({ path: path === "" ? "(top)" : path, ...this.#yaml.position(node), message });
  }
}

function messageOf(typeName: string): DescMessage | undefined {
  return envoyDescriptors().getMessage(typeName);
}

function itemType(field: DescField): ValueType {
  return field.message ?? field.enum ?? field.scalar;
}

/** The wrappers of google/protobuf/wrappers.proto are written as what they hold. */
function wrappedType({ typeName, fields }: DescMessage): ScalarType | undefined {
  return /^google\.protobuf\.\w+Value$/.test(typeName) ? fields[0]?.scalar : undefined;
}

/** Messages have moved from v2 to v3 and from `config` to `extensions` under the same last name. */
function sameName(typeName: string): string {
  const suffix = typeName.slice(typeName.lastIndexOf("."));
  const found = [...envoyDescriptors()].filter((type) => type.kind === "message" && type.typeName.endsWith(suffix));
  const [only] = found;
  return only && found.length === 1 ? ` (did you mean ${(only as DescMessage).typeName}?)` : "";
}
