import { readFile, writeFile } from "node:fs/promises";
import { withOutputs } from "./steps.ts";
import { takeTour } from "./take.ts";

/** `npm run tour`: types the README's tour, and writes what it prints into the README. */
const readme = new URL("../../README.md", import.meta.url);
const markdown = await readFile(readme, "utf8");
const taken = await takeTour(markdown);
await writeFile(
  readme,
  withOutputs(
    markdown,
    taken.map(({ printed }) => printed),
  ),
);
process.stdout.write(`README.md: ${taken.length} commands typed\n`);
