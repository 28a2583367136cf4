import { readdir } from "node:fs/promises";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { fileURLToPath } from "node:url";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
// @ts-expect-error: rules without types
import { config } from "./dependency-rules.mjs";

const rooms = [
  "core",
  "oci",
  "module",
  "host",
  "envoy",
  "project",
  "deploy",
  "mesh",
  "registry",
  "hub",
  "cli",
  "test",
  "bench",
  "tools",
];
const root = fileURLToPath(new URL("../..", import.meta.url));

/** With a TypeScript that it does not know, dependency-cruiser sees no module, and passes. */
const fewestModules = 120;

process.chdir(root);
const folders = (await readdir(root)).filter((name) => rooms.includes(name));
const tsConfig = extractTSConfig("tsconfig.json");
const { output } = await cruise(
  folders,
  { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true },
  undefined,
  { tsConfig },
);
const { summary } = output as ICruiseResult;
for (const { rule, from, to, comment } of summary.violations) {
  process.stderr.write(`${rule.name}: ${from} imports ${to}${comment ? ` (${comment})` : ""}\n`);
}
process.stdout.write(
  `${summary.totalCruised} modules, ${summary.totalDependenciesCruised ?? 0} imports, ${summary.violations.length} violations\n`,
);
if (summary.totalCruised < fewestModules) {
  process.stderr.write(`only ${summary.totalCruised} modules were seen; at least ${fewestModules} are there\n`);
  process.exitCode = 1;
}
if (summary.violations.length > 0) process.exitCode = 1;
