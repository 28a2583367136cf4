import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadProject } from "#project";
import { buildModule } from "#project/build";
import { writeResults } from "../results.ts";
import { part } from "../../tools/parts/mod.ts";
import { residentKib } from "./cpu.ts";
import { sendLoad, type Traffic } from "./load.ts";
import { source } from "./peers/sources.ts";
import { startStage, type Stage } from "./stage.ts";

const { values } = parseArgs({
  options: { requests: { type: "string", default: "3000000" }, write: { type: "boolean" } },
});
const total = Number(values.requests);
const warmUpMs = 60_000;
const lane = "endurance";
/** Growth of the process after the warm-up that is still called flat: allocators keep what they once had. */
const flatShare = 0.02;

const report: string[] = [];

interface Sample {
  readonly seconds: number;
  readonly requests: number;
  readonly residentMib: number;
  /** The module's linear memory, which never shrinks. */
  readonly moduleKib: number;
}

const folder = await mkdtemp(join(tmpdir(), "wasm-hub-endurance-"));
try {
  const project = await loadProject(source("assemblyscript"));
  const manifest = { ...project.manifest, source: "endurance.ts" };
  const { module } = await buildModule({ ...project, manifest }, { cache: false });
  const lanes = [{ name: lane, built: { kind: "module", bytes: module } as const }];
  await using stage = await startStage(await part("envoy"), lanes, folder);
  tell(preface());
  tell(verdict(await endure(stage, await kindsOfTraffic())));
  if (values.write) await writeResults(report.join(""));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function endure(stage: Stage, kinds: readonly Traffic[]): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const startedMs = performance.now();
  let shownMs = startedMs;
  for (let sent = 0; sent < total;) {
    for (const traffic of kinds) {
      await sendLoad(stage.port(lane), traffic);
      sent += traffic.requests;
    }
    const sample = await look(stage, startedMs, sent);
    samples.push(sample);
    if (performance.now() - shownMs < 15_000 && sent < total) continue;
    shownMs = performance.now();
    const { seconds, requests, residentMib, moduleKib } = sample;
    tell(`| ${seconds.toFixed(0)} | ${requests} | ${residentMib.toFixed(1)} | ${moduleKib} |\n`);
  }
  return samples;
}

async function look(stage: Stage, startedMs: number, requests: number): Promise<Sample> {
  const answer = await fetch(`http://127.0.0.1:${stage.port(lane)}/`);
  await answer.arrayBuffer();
  return {
    seconds: (performance.now() - startedMs) / 1000,
    requests,
    residentMib: (await residentKib(stage.envoy.pid)) / 1024,
    moduleKib: Number(answer.headers.get("x-memory-pages")) * 64,
  };
}

function verdict(samples: readonly Sample[]): string {
  const settled = samples.filter(({ seconds }) => seconds * 1000 >= warmUpMs);
  const [first] = settled;
  const last = settled.at(-1);
  if (!first || !last || first === last) return "\nToo short: it has to go on for more than a minute.\n";
  const highest = Math.max(...settled.map(({ moduleKib }) => moduleKib));
  const isFlat = highest === first.moduleKib && last.residentMib <= first.residentMib * (1 + flatShare);
  const [after, end] = [first.seconds.toFixed(0), last.seconds.toFixed(0)];
  return `
${isFlat ? "Flat" : "**Not flat**"} from second ${after} (request ${first.requests}) to ${end} (request ${last.requests}): the module's memory went
from ${first.moduleKib} to ${highest} KiB, Envoy's RSS from ${first.residentMib.toFixed(1)} to ${last.residentMib.toFixed(1)} MiB.
`;
}

/** One after the other, again and again: small and large, few and a thousand at a time. */
async function kindsOfTraffic(): Promise<readonly Traffic[]> {
  const bodyOf = async (size: number): Promise<string> => {
    const path = join(folder, `body-${size}`);
    await writeFile(path, "grüße ".repeat(size).slice(0, size));
    return path;
  };
  const many = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`x-more-${i}`, `value ${i} `.repeat(1 + (i % 7))]),
  );
  const oneByOne = { connections: 16, streamsPerConnection: 1, delayMs: 0 };
  const inFlight = { connections: 10, streamsPerConnection: 100, delayMs: 5 };
  return [
    { ...oneByOne, requests: 12_000 },
    { ...oneByOne, requests: 4_000, bodyPath: await bodyOf(200) },
    { ...oneByOne, requests: 2_000, headers: many, bodyPath: await bodyOf(3_000) },
    { ...oneByOne, requests: 500, bodyPath: await bodyOf(60_000) },
    { ...inFlight, requests: 10_000 },
    { ...inFlight, requests: 3_000, headers: many, bodyPath: await bodyOf(1_000) },
  ];
}

function preface(): string {
  const command = ["node bench/sdk/endurance.ts", ...process.argv.slice(2)].join(" ");
  return `# Memory of a filter that runs for long

Made by \`${command}\` on ${new Date().toISOString().slice(0, 10)}. A filter of our SDK that makes garbage of every kind, under Envoy 1.40 with one worker:
requests with 12 and with 52 headers, with no body and with bodies of 200 bytes to 60 KB, one by one and a thousand in flight.

| seconds | requests | Envoy's RSS, MiB | module's memory, KiB |
| --: | --: | --: | --: |
`;
}

function tell(text: string): void {
  report.push(text);
  process.stdout.write(text);
}
