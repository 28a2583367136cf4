import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { errorCode } from "#core";

const file = fileURLToPath(new URL("RESULTS.md", import.meta.url));

/**
 * Puts one command's findings in RESULTS.md, in place of those that it wrote there before.
 *
 * @param text starts with a heading of the first level, by which it is found again
 */
export async function writeResults(text: string): Promise<void> {
  const before = await readFile(file, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  });
  await writeFile(file, replaceSection(before, text));
}

/** A section goes up to the next heading of the first level. */
export function replaceSection(document: string, section: string): string {
  const heading = section.split("\n", 1)[0] ?? "";
  const sections = document.split(/^(?=# )/m).filter((part) => part.trim() !== "");
  const at = sections.findIndex((part) => part.split("\n", 1)[0] === heading);
  sections.splice(at < 0 ? sections.length : at, at < 0 ? 0 : 1, section);
  return sections.map((part) => `${part.trim()}\n`).join("\n");
}
