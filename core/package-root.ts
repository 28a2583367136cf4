import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder of this package, whether the sources run or the bundle does: where `templates/`, `sdk/` and the workers lie.
 *
 * @throws when the package was taken apart
 */
export function packageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (dirname(folder) === folder) throw new Error(`no package.json above ${import.meta.dirname}`);
  }
}

/**
 * A file that runs in a worker thread, given by its source's path in the package.
 *
 * @param source such as `project/build/compile-worker.ts`; the bundle has it as `dist/project/build/compile-worker.js`
 */
export function workerPath(source: string): string {
  const isSource = import.meta.filename.endsWith(".ts");
  return join(packageRoot(), isSource ? source : join("dist", source.replace(/\.ts$/, ".js")));
}
