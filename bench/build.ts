import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, wasm } from "./processes.ts";
import type { Question } from "./question.ts";
import { compare } from "./rounds.ts";

const sdk = fileURLToPath(new URL("../sdk", import.meta.url));
const asc = fileURLToPath(new URL("../node_modules/.bin/asc", import.meta.url));

export const question: Question = {
  title: "How long does a build take?",
  method:
    "The project that `wasm init` writes. AssemblyScript's own `asc` compiles the same sources with the same flags, and finds the SDK in `node_modules`; the modules are compared byte for byte. `wasm build` also packs the image and writes it into the local store.",
  async *measure(folder) {
    const project = join(folder, "my-filter");
    const env = { XDG_DATA_HOME: join(folder, "data") };
    run([...wasm, "init", project, "--language", "assemblyscript"]);
    await mkdir(join(project, "node_modules", "@wasm-hub"), { recursive: true });
    await symlink(sdk, join(project, "node_modules", "@wasm-hub", "sdk"));

    const flags = ["assembly/index.ts", "--config", join(sdk, "asconfig.json"), "--outFile", "asc.wasm"];
    const build = (...words: string[]): number => run([...wasm, "build", project, ...words], { env });
    const whole = await compare(
      { name: "wasm build", run: () => build("--no-cache") },
      { name: "asc", run: () => run([process.execPath, asc, ...flags], { cwd: project }) },
      8,
    );
    const [ours, theirs] = await Promise.all([
      readFile(join(project, ".wasm/build/filter.wasm")),
      readFile(join(project, "asc.wasm")),
    ]);
    if (!ours.equals(theirs)) throw new Error("wasm build and asc made different modules");
    yield {
      subject: "`wasm build`",
      peer: "`asc`",
      ratios: whole,
      unit: "ms",
      goal: { text: "no slower", isMet: whole.ratio.median <= 1 },
    };

    const again = await compare(
      { name: "wasm build, nothing changed", run: () => build() },
      { name: "wasm build", run: () => build("--no-cache") },
      6,
    );
    yield {
      subject: "`wasm build`, nothing changed",
      peer: "`wasm build`",
      ratios: again,
      unit: "ms",
      goal: { text: "under half", isMet: again.ratio.median < 0.5 },
    };
  },
};
