import { CommonFlags, NodeKind, Token } from "assemblyscript";
import { classes, isOfOldSdk, nodes, parseFor } from "./sources.js";

const numberTypes = ["bool", "boolean", "number", "f32", "f64", "isize", "usize"].concat(
  ["8", "16", "32", "64"].flatMap((bits) => [`i${bits}`, `u${bits}`]),
);

/**
 * Filters for `@solo-io/proxy-runtime` were written for the AssemblyScript of their day, and for versions of the package
 * that differ. What today's compiler, or the latest version, would refuse in them is put right here.
 *
 * @param {import("assemblyscript").Parser} parser
 * @param {readonly import("assemblyscript").Source[]} ofSdk
 * @param {readonly import("assemblyscript").Source[]} filter
 */
export function adaptOldFilters(parser, ofSdk, filter) {
  const bases = ofSdk.filter((source) => isOfOldSdk(source)).flatMap((source) => classes(source));
  if (bases.length === 0) return;
  const own = filter.filter(({ internalPath }) => !internalPath.startsWith("~lib/"));
  const declarations = own.flatMap((source) => classes(source).map((declaration) => ({ source, declaration })));
  if (declarations.some(({ declaration }) => createsContextsWithoutIds(declaration))) {
    for (const source of own) rename(source, "getConfiguration", "getConfigurationBytes");
  }
  for (const { source, declaration } of declarations) {
    initialiseFields(parser, source, declaration);
    const base = bases.find(({ name }) => name.text === declaration.extendsType?.name.identifier.text);
    if (base === undefined) continue;
    addParameters(parser, source, declaration, base);
    if (field(declaration, "root_context")) rename(declaration, "root_context", "own_root_context");
  }
}

/** Up to 0.1.1, whose `getConfiguration` gave bytes. */
function createsContextsWithoutIds({ members }) {
  return members.some(
    ({ kind, name, signature }) =>
      kind === NodeKind.MethodDeclaration && name.text === "createContext" && signature.parameters.length === 0,
  );
}

/**
 * A field that nothing had been put in was null once, whatever its type said. Text is `""` now; the use of anything else is
 * an error that the log shows.
 */
function initialiseFields(parser, source, declaration) {
  const enums = parser.sources.flatMap(({ statements }) =>
    statements.filter(({ kind }) => kind === NodeKind.EnumDeclaration),
  );
  const numbers = enums.map(({ name }) => name.text).concat(numberTypes);
  const assigned = fieldsOfConstructor(declaration);
  for (const member of declaration.members) {
    const { kind, name, type, initializer, parameterIndex } = member;
    const isOpen = kind === NodeKind.FieldDeclaration && type && !type.isNullable && !initializer && parameterIndex < 0;
    const typeName = type?.name?.identifier.text;
    if (!isOpen || assigned.has(name.text) || numbers.includes(typeName)) continue;
    if (typeName === "string") {
      const [statement] = parseFor(source, parser, `let added = "";`);
      member.initializer = statement.declarations[0].initializer;
    } else {
      member.flags |= CommonFlags.DefinitelyAssigned;
    }
  }
}

/** Names of the fields that a class's constructor puts something in. */
function fieldsOfConstructor({ members }) {
  const constructors = members.filter(
    ({ kind, name }) => kind === NodeKind.MethodDeclaration && name.text === "constructor",
  );
  const assignments = constructors
    .flatMap((declaration) => [...nodes(declaration)])
    .filter(({ kind, operator }) => kind === NodeKind.Binary && operator === Token.Equals);
  const targets = assignments.map(({ left }) => left);
  return new Set(
    targets
      .filter(({ kind, expression }) => kind === NodeKind.PropertyAccess && expression.kind === NodeKind.This)
      .map(({ property }) => property.text),
  );
}

/** Callbacks have been given more parameters from version to version. */
function addParameters(parser, source, { members }, base) {
  for (const { kind, name, signature } of members) {
    if (kind !== NodeKind.MethodDeclaration || name.text === "constructor") continue;
    const inherited = base.members.find((member) => member.kind === kind && member.name.text === name.text);
    const missing = inherited?.signature.parameters.slice(signature.parameters.length) ?? [];
    if (missing.length === 0) continue;
    const list = missing.map(({ type }, index) => `added${index}: ${type.name.identifier.text}`).join();
    const [statement] = parseFor(source, parser, `function added(${list}): void {}`);
    signature.parameters.push(...statement.signature.parameters);
  }
}

function field({ members }, wanted) {
  return members.find(({ kind, name }) => kind === NodeKind.FieldDeclaration && name.text === wanted);
}

/** Renames a member wherever it is declared or used in `tree`. */
function rename(tree, from, to) {
  for (const node of nodes(tree)) {
    if (node.kind === NodeKind.FieldDeclaration && node.name.text === from) node.name.text = to;
    if (node.kind === NodeKind.PropertyAccess && node.property.text === from) node.property.text = to;
  }
}
