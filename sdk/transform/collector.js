import { parseFor } from "./sources.js";

/**
 * AssemblyScript's collector knows how many bytes of objects there are, and keeps it to itself. The SDK asks for it before
 * it collects (assembly/collector.ts).
 */
export function countObjectBytes(/** @type {import("assemblyscript").Parser} */ parser) {
  const collector = parser.sources.find(({ internalPath }) => internalPath === "~lib/rt/tcms");
  if (!collector) return;
  const code = "@global @unsafe export function __objectBytes(): usize { return total; }";
  collector.statements.push(...parseFor(collector, parser, code));
}
