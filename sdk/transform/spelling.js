import { DiagnosticCode, NodeKind } from "assemblyscript";
import { classes } from "./sources.js";

/**
 * A method that nearly has a callback's name is never called, and nothing else would say so.
 *
 * @param {import("assemblyscript").Parser} parser
 * @param {import("assemblyscript").Source} source of a filter
 * @param {readonly import("assemblyscript").Source[]} ofSdk
 */
export function warnOfMisspeltCallbacks(parser, source, ofSdk) {
  const known = ofSdk.flatMap((file) => classes(file));
  for (const declaration of classes(source)) {
    const base = declaration.extendsType?.name.identifier.text;
    // There may be two of a name: the old package's and the SDK's.
    const names = known
      .filter(({ name }) => name.text === base)
      .flatMap((found) => callbacks(found).map(({ name }) => name.text));
    for (const { name } of callbacks(declaration)) {
      const meant = names.includes(name.text) ? undefined : names.find((other) => isNear(name.text, other));
      if (meant === undefined) continue;
      const text = `${name.text} is no callback, so it is never called; ${meant} is one`;
      parser.warning(DiagnosticCode.User_defined_0, name.range, text);
    }
  }
}

function callbacks({ members }) {
  return members.filter(({ kind, name }) => kind === NodeKind.MethodDeclaration && /^on[A-Z]/i.test(name.text));
}

/** Whether one letter too many, too few, wrong or in other case makes the difference. */
function isNear(name, other) {
  const [a, b] = [name.toLowerCase(), other.toLowerCase()];
  if (a === b) return true;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  return restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1);
}
