import { NodeKind } from "assemblyscript";

export const sdk = "@wasm-hub/sdk";

/** A package whose API compat/ has, on top of the SDK's. */
const oldSdk = "@solo-io/proxy-runtime";

/** Files that abi.ts exports from. */
const callbacks = ["callbacks", "call-callbacks", "tcp-callbacks"].map((name) => `${sdk}/assembly/${name}`);

/** Whether a file is the SDK's: one that is imported from it, or abi.ts, which asconfig.json names by its place. */
export function isOfSdk(/** @type {import("assemblyscript").Source} */ source) {
  return (
    source.internalPath.startsWith(`~lib/${sdk}/`) ||
    isOfOldSdk(source) ||
    source.statements.some((statement) => exportsCallbacks(statement))
  );
}

export function isOfOldSdk(/** @type {import("assemblyscript").Source} */ source) {
  return source.internalPath.startsWith(`~lib/${oldSdk}/`);
}

export function exportsCallbacks(/** @type {import("assemblyscript").Statement} */ statement) {
  return statement.kind === NodeKind.Export && callbacks.includes(statement.path?.value);
}

/** @returns {import("assemblyscript").ClassDeclaration[]} */
export function classes(/** @type {import("assemblyscript").Source} */ { statements }) {
  return statements.filter(({ kind }) => kind === NodeKind.ClassDeclaration);
}

/**
 * A node of the syntax tree, and all below it.
 *
 * @returns {Generator<import("assemblyscript").Node>}
 */
export function* nodes(/** @type {import("assemblyscript").Node} */ tree) {
  yield tree;
  for (const [key, value] of Object.entries(tree)) {
    if (key === "range") continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.kind === "number") yield* nodes(child);
    }
  }
}

/**
 * Statements that can be put into a file that has been parsed.
 *
 * @param {import("assemblyscript").Source} source
 * @param {import("assemblyscript").Parser} parser
 * @param {string} code
 */
export function parseFor(source, parser, code) {
  const path = source.normalizedPath.replace(/\.ts$/, "~added.ts");
  parser.parseFile(code, path, false);
  const added = parser.sources.pop();
  parser.donelog.delete(added.internalPath);
  // The compiler finds the file that a statement belongs to by this name.
  added.internalPath = source.internalPath;
  return added.statements;
}
