import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Question } from "./question.ts";
import { writeResults } from "./results.ts";
import { tableHead, tableRow } from "./table.ts";

const questions: Readonly<Record<string, () => Promise<{ question: Question }>>> = {
  "start-up": () => import("./start-up.ts"),
  build: () => import("./build.ts"),
  transfer: () => import("./transfer.ts"),
  "hub-memory": () => import("./hub-memory.ts"),
  requests: () => import("./requests.ts"),
};

const { values, positionals } = parseArgs({ options: { write: { type: "boolean" } }, allowPositionals: true });
if (values.write && positionals.length > 0) throw new Error("--write writes the answers to all questions");
const names = positionals.length > 0 ? positionals : Object.keys(questions);
const report: string[] = [preface(["npm run bench --", ...process.argv.slice(2)].join(" ").replace(/ --$/, ""))];
print(report[0] ?? "");
for (const name of names) await answer(name);
if (values.write) await writeResults(report.join(""));

async function answer(name: string): Promise<void> {
  const load = questions[name];
  if (!load) throw new Error(`no benchmark ${name}: there are ${Object.keys(questions).join(", ")}`);
  const { question } = await load();
  const folder = await mkdtemp(join(tmpdir(), "wasm-hub-bench-"));
  try {
    tell(`\n## ${question.title}\n\n${question.method}\n\n${tableHead}`);
    for await (const finding of question.measure(folder)) tell(tableRow(finding));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function preface(command: string): string {
  const date = new Date().toISOString().slice(0, 10);
  return `# The command and the hub

Made by \`${command}\` on ${date}: Node ${process.versions.node} on ${process.platform}/${process.arch}, ${availableParallelism()} processors.

In each line two programs took turns in one run, so that whatever else the machine did met both. The **ratio** says what
the first costs as a multiple of the second, round by round: the median, and what half of the rounds lie between. Below 1
the first is cheaper. Ratios hold on other machines; what was measured here does not.
`;
}

function tell(text: string): void {
  report.push(text);
  print(text);
}

function print(text: string): void {
  process.stdout.write(text);
}
