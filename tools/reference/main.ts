import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { cliPage } from "./cli-page.ts";
import { errorsPage } from "./errors-page.ts";

/**
 * Writes the pages that are made from the code. With `--check` it writes nothing, and fails when one is out of date.
 *
 *     npm run reference
 */
const pages = { "docs/reference/cli.md": await cliPage(), "docs/reference/errors.md": await errorsPage() };

for (const [name, text] of Object.entries(pages)) {
  const path = fileURLToPath(new URL(`../../${name}`, import.meta.url));
  const isCurrent = (await readFile(path, "utf8").catch(() => "")) === text;
  if (isCurrent) continue;
  if (process.argv.includes("--check")) {
    process.stderr.write(`${name} is out of date: npm run reference writes it\n`);
    process.exitCode = 1;
  } else {
    await writeFile(path, text);
    process.stdout.write(`${name} written\n`);
  }
}
