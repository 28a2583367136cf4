import { NodeKind } from "assemblyscript";

export const sdk = "@wasm-hub/sdk";

/** Files that abi.ts exports from. */
const callbacks = ["callbacks", "call-callbacks", "tcp-callbacks"].map((name) => `${sdk}/assembly/${name}`);

/** Whether a file is the SDK's: one that is imported from it, or abi.ts, which asconfig.json names by its place. */
export function isOfSdk(/** @type {import("assemblyscript").Source} */ source) {
  return (
    source.internalPath.startsWith(`~lib/${sdk}/`) || source.statements.some((statement) => exportsCallbacks(statement))
  );
}

export function exportsCallbacks(/** @type {import("assemblyscript").Statement} */ statement) {
  return statement.kind === NodeKind.Export && callbacks.includes(statement.path?.value);
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
