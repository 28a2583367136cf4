import { isDeepStrictEqual } from "node:util";

/** Whether two configurations mean the same, apart from the filters and clusters that have one of these names. */
export function isSameBut(names: readonly string[], a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(without(a, names), without(b, names));
}

/** A value less the list items that have one of these names. */
function without(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !isNamed(item, names)).map((item) => without(item, names));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, without(item, names)] as const);
  return Object.fromEntries(entries.filter(([key, item]) => !isBegunByUs(key, item)));
}

function isNamed(item: unknown, names: readonly string[]): boolean {
  return typeof item === "object" && item !== null && "name" in item && names.some((name) => name === item.name);
}

/** A cluster of ours may have been the first one. */
function isBegunByUs(key: string, item: unknown): boolean {
  const isEmptyList = key === "clusters" && Array.isArray(item) && item.length === 0;
  const isEmptyMap = key === "static_resources" && isDeepStrictEqual(item, {});
  return isEmptyList || isEmptyMap;
}
