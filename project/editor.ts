import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { packageRoot, writeFileAtomic } from "#core";
import { workFolder } from "./work-folder.ts";

/**
 * Writes `.wasm/tsconfig.json`, which the project's own `tsconfig.json` extends: with it an editor knows AssemblyScript's
 * types and finds the SDK, which nobody installs into the project.
 */
export async function writeEditorConfig(folder: string): Promise<void> {
  const root = packageRoot();
  const base = createRequire(join(root, "package.json")).resolve("assemblyscript/std/assembly.json");
  const oldPackage = join(root, "sdk", "compat", "@solo-io", "proxy-runtime");
  const config = {
    extends: base,
    compilerOptions: {
      paths: {
        "@wasm-hub/sdk": [join(root, "sdk", "index.ts")],
        "@solo-io/proxy-runtime": [join(oldPackage, "index.ts")],
        "@solo-io/proxy-runtime/*": [join(oldPackage, "*")],
        "*": [join(dirname(base), "assembly", "*")],
      },
    },
  };
  const path = join(folder, workFolder, "tsconfig.json");
  const text = `${JSON.stringify(config, undefined, 2)}\n`;
  // An editor that watches the file must not see a change where there is none.
  if ((await readFile(path, "utf8").catch(() => "")) === text) return;
  await mkdir(join(folder, workFolder), { recursive: true });
  await writeFileAtomic(path, text);
}
