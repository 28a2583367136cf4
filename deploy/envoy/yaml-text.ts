/** What is inserted into a person's file: text, strings and mappings, in the order given. */
export type Plain = string | number | readonly Plain[] | { readonly [key: string]: Plain };

const plainText = /^[A-Za-z_][\w./-]*$/;
/** Booleans and nulls of YAML 1.1. */
const reserved = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** Such as `{ name: x, ports: [1, 2] }`. */
export function flowText(value: Plain): string {
  if (typeof value === "string") return scalarText(value);
  if (typeof value === "number") return String(value);
  if (isList(value)) return `[${value.map(flowText).join(", ")}]`;
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${scalarText(key)}: ${flowText(item)}`)
    .join(", ")} }`;
}

/** Lines without their ends, indented by two spaces a level. */
function blockLines(value: Plain): readonly string[] {
  if (typeof value === "string" || typeof value === "number") return [flowText(value)];
  if (isList(value)) return value.flatMap((item) => listItem(item));
  return Object.entries(value).flatMap(([key, item]) => {
    const isShort = typeof item === "string" || typeof item === "number";
    return isShort ? [`${scalarText(key)}: ${flowText(item)}`] : [`${scalarText(key)}:`, ...indent(blockLines(item))];
  });
}

export function listItem(value: Plain): readonly string[] {
  const [first = "", ...others] = blockLines(value);
  return [`- ${first}`, ...indent(others)];
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function scalarText(value: string): string {
  return plainText.test(value) && !reserved.test(value) ? value : JSON.stringify(value);
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}
