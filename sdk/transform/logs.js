import { NodeKind } from "assemblyscript";
import { parseFor, sdk } from "./sources.js";

/** By their number in the ABI. */
const levels = ["trace", "debug", "info", "warn", "error", "critical"];

/**
 * `log.debug(text)` becomes `if (log.isEnabled(1)) log.debug(text)`, unless the text is a literal: what nobody reads is
 * not put together.
 *
 * @param {import("assemblyscript").Parser} parser
 * @param {import("assemblyscript").Source} source of a filter
 */
export function guardLogs(parser, source) {
  const names = source.statements
    .filter(({ kind, path }) => kind === NodeKind.Import && path.value === sdk)
    .flatMap(({ declarations }) => declarations ?? [])
    .filter(({ foreignName }) => foreignName.text === "log")
    .map(({ name }) => name.text);
  if (names.length === 0) return;
  replaceStatements(source, (statement) => {
    const call = logCall(statement, names);
    if (!call) return statement;
    const [guard] = parseFor(source, parser, `if (${call.name}.isEnabled(${call.level})) {}`);
    guard.ifTrue = statement;
    return guard;
  });
}

function logCall({ kind, expression: call }, names) {
  if (kind !== NodeKind.Expression || call.kind !== NodeKind.Call) return undefined;
  const { expression: callee, args } = call;
  if (callee.kind !== NodeKind.PropertyAccess || callee.expression.kind !== NodeKind.Identifier) return undefined;
  const name = callee.expression.text;
  const level = levels.indexOf(callee.property.text);
  const isLiteral = args.length === 1 && args[0].kind === NodeKind.Literal && typeof args[0].value === "string";
  return names.includes(name) && level >= 0 && !isLiteral ? { name, level } : undefined;
}

/** Calls `replace` for each statement in a list of statements, at any depth. */
function replaceStatements(node, replace) {
  for (const [key, value] of Object.entries(node)) {
    if (key === "range") continue;
    const children = Array.isArray(value) ? value : [value];
    for (const [index, child] of children.entries()) {
      if (typeof child?.kind !== "number") continue;
      replaceStatements(child, replace);
      if (key === "statements") value[index] = replace(child);
    }
  }
}
