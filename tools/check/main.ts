import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = (name: string): string => fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url));

/** Every check of the repository: name, then the command. */
const checks: readonly (readonly [name: string, program: string, ...words: string[]])[] = [
  ["format", bin("oxfmt"), "--check", "."],
  ["lint", bin("oxlint"), "--type-aware", "--deny-warnings", "."],
  ["types", bin("tsc"), "-p", "."],
  ["types of the SDK, as editors see them", bin("tsc"), "-p", "sdk"],
  ["import directions", process.execPath, "tools/check/import-directions.ts"],
  ["lock file", process.execPath, "tools/check/lock-file.ts"],
  ["dead code", bin("knip"), "--no-progress"],
  ["generated pages", process.execPath, "tools/reference/main.ts", "--check"],
];

const failed: string[] = [];
for (const [name, program, ...words] of checks) {
  const startedMs = performance.now();
  const child = spawn(program, words, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  const status = await new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)));
  const [stdout, stderr] = await outputs;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`${status === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)\n`);
  if (status === 0) continue;
  failed.push(name);
  process.stdout.write(`${stdout}${stderr}`);
}
if (failed.length > 0) {
  process.stdout.write(`check failed: ${failed.join(", ")}\n`);
  process.exitCode = 1;
}
