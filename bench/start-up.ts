import { run, wasm } from "./processes.ts";
import type { Question } from "./question.ts";
import { compare } from "./rounds.ts";

export const question: Question = {
  title: "How long does the command take to start?",
  method: "`wasm --version` against Node with nothing to do, which is the least that a program in Node can take.",
  async *measure() {
    const ratios = await compare(
      { name: "wasm", run: () => run([...wasm, "--version"]) },
      { name: "node", run: () => run([process.execPath, "-e", "0"]) },
      60,
    );
    yield { subject: "`wasm --version`", peer: "`node -e 0`", ratios, unit: "ms" };
  },
};
