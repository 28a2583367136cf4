import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
// @ts-expect-error: rules without types
import { config, folders as all } from "./dependency-rules.mjs";

/**
 * Holds the imports of a tree against the rules: `import-directions.ts [folder] [fewest modules]`.
 *
 * With a TypeScript that it does not know, dependency-cruiser sees no module, and passes: so the number is asserted.
 */
const [root = fileURLToPath(new URL("../..", import.meta.url)), fewestModules = "250"] = process.argv.slice(2);

process.chdir(root);
const folders = (await readdir(".")).filter((name) => (all as readonly string[]).includes(name));
const { output } = await cruise(
  folders,
  { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true },
  undefined,
  { tsConfig: extractTSConfig("tsconfig.json") },
);
const { summary } = output as ICruiseResult;
for (const { rule, from, to, comment } of summary.violations) {
  process.stderr.write(`${rule.name}: ${from} imports ${to}${comment ? ` (${comment})` : ""}\n`);
}
process.stdout.write(
  `${summary.totalCruised} modules, ${summary.totalDependenciesCruised ?? 0} imports, ${summary.violations.length} violations\n`,
);
if (summary.totalCruised < Number(fewestModules)) {
  process.stderr.write(`only ${summary.totalCruised} modules were seen; at least ${fewestModules} are there\n`);
  process.exitCode = 1;
}
if (summary.violations.length > 0) process.exitCode = 1;
