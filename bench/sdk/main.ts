import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { part } from "../../tools/parts/mod.ts";
import { writeResults } from "../results.ts";
import { type Builds, buildAll } from "./builds.ts";
import { cacheFolder } from "./cache-folder.ts";
import { checkFilter } from "./check.ts";
import { measure, type Rounds } from "./measure.ts";
import type { FilterName } from "./peer.ts";
import { peers as allPeers } from "./peers/all.ts";
import { type Scenario, scenarios } from "./scenario.ts";
import { startStage } from "./stage.ts";
import { bare, bareAgain, costTable, ratioTable, sizeTable } from "./tables.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean" },
    only: { type: "string" },
    filter: { type: "string" },
    realtime: { type: "boolean" },
    write: { type: "boolean" },
  },
});
const rounds = values.quick ? 7 : 25;
const wanted = values.only?.split(",");
const peers = wanted ? allPeers.filter(({ name }) => wanted.includes(name)) : allPeers;
const filters = (["add-header", "rewrite"] as const).filter((name) => name === (values.filter ?? name));

await mkdir(cacheFolder, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), "wasm-hub-bench-"));
const builds = new Map<FilterName, Builds>();
const measured = new Map<Scenario, Rounds>();
try {
  const envoyPath = await part("envoy");
  for (const filter of filters) await measureFilter(filter, envoyPath);
} finally {
  await rm(folder, { recursive: true, force: true });
}
const report = describe();
process.stdout.write(report);
if (values.write) await writeResults(report);

async function measureFilter(filter: FilterName, envoyPath: string): Promise<void> {
  say(`building ${filter}`);
  const result = await buildAll(peers, filter, cacheFolder);
  builds.set(filter, result);
  const lanes = [...result.built].map(([name, built]) => ({ name, built }));
  await using stage = await startStage(
    envoyPath,
    [{ name: bare }, { name: bareAgain }, ...lanes],
    join(folder, filter),
  );
  for (const { name } of lanes) await checkFilter(filter, stage.port(name));
  if (values.realtime) for (const pid of [stage.envoy.pid, process.pid]) preferThreadsOf(pid);

  for (const scenario of scenarios.filter((scenario) => scenario.filter === filter)) {
    say(`measuring ${scenario.filter}: ${scenario.title}`);
    const names = [bare, bareAgain, ...lanes.map(({ name }) => name)];
    measured.set(scenario, await measure(stage, names, scenario.traffic, rounds));
  }
}

/** Lets nothing else on the machine interrupt Envoy and the client, whose threads inherit it from this process. */
function preferThreadsOf(pid: number): void {
  execFileSync("chrt", ["--all-tasks", "--rr", "--pid", "10", String(pid)]);
}

function describe(): string {
  const command = ["npm run bench:sdk --", ...process.argv.slice(2)].join(" ").replace(/ --$/, "");
  const date = new Date().toISOString().slice(0, 10);
  const missing = [...builds].flatMap(([filter, { missing }]) =>
    [...missing].map(([name, reason]) => `- ${name}, ${filter}: not measured: ${reason.split("\n", 1)[0] ?? ""}\n`),
  );
  return `# What a filter costs, by SDK

Made by \`${command}\` on ${date}: Envoy 1.40 with one worker, ${availableParallelism()} processors, ${rounds} rounds${values.realtime ? ", with real-time priority" : ""}.

CPU that the Envoy process uses for a request, beyond what the same process uses for it at a listener with no filter. One
Envoy has a listener for each filter; they take turns, round after round, so that whatever else the machine did met all.
Each figure is the median of the rounds, and in brackets what half of them lie between. *no filter, again* is a second
listener without a filter: what it seems to cost is noise.

${costTable(measured, peers)}
The same as ratios. ≈: less than 1 µs apart, or not always on the same side: they can't be told apart.

${peers.some(({ name }) => name === "Rust") ? ratioTable(measured, peers, "Rust") : ""}
${sizeTable(builds, peers)}
${peers.map(({ name, how }) => `- ${name}: ${how}\n`).join("")}${missing.join("")}
\\* There is no C++ or Go SDK in a package registry: these stand for them, with thin bindings in \`bench/sdk/filters\`.
`;
}

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}
