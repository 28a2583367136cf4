import { dereference, entries, type EnvoyYaml } from "#envoy/schema";
import { isMap, isScalar, isSeq, type Node, type YAMLSeq } from "yaml";

/** A field by its proto name or, as Envoy also takes it, by its JSON name; through aliases. */
export function field(yaml: EnvoyYaml, node: unknown, name: string): Node | undefined {
  const map = dereference(node, yaml.document);
  if (!isMap(map)) return undefined;
  const jsonName = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const seen = entries(map);
  return dereference((seen.get(name) ?? seen.get(jsonName))?.value, yaml.document);
}

export function at(yaml: EnvoyYaml, node: unknown, ...names: readonly string[]): Node | undefined {
  return names.reduce<Node | undefined>((found, name) => field(yaml, found, name), dereference(node, yaml.document));
}

export function list(yaml: EnvoyYaml, node: unknown, ...names: readonly string[]): YAMLSeq | undefined {
  const found = at(yaml, node, ...names);
  return isSeq(found) ? found : undefined;
}

/** The items of a list, aliases followed; none when it is no list. */
export function items(yaml: EnvoyYaml, node: unknown, ...names: readonly string[]): readonly Node[] {
  const all = list(yaml, node, ...names)?.items ?? [];
  return all.flatMap((item) => dereference(item, yaml.document) ?? []);
}

export function text(yaml: EnvoyYaml, node: unknown, ...names: readonly string[]): string | undefined {
  const found = at(yaml, node, ...names);
  return isScalar<string>(found) ? found.value : undefined;
}

/** The message type that an `@type` names, without the host before it. */
export function typeName(yaml: EnvoyYaml, node: unknown): string | undefined {
  const url = text(yaml, node, "@type");
  return url?.slice(url.lastIndexOf("/") + 1);
}
