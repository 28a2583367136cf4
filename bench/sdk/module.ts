import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Spread, spread } from "../rounds.ts";
import { BareHost } from "./bare-host.ts";
import { buildAll } from "./builds.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { FilterName } from "./peer.ts";
import { peers } from "./peers/all.ts";

// What a stream costs in the module alone, without Envoy: a quick look for who works on the SDK. Node's V8 is not
// Envoy's, and Envoy spends most of a filter's time outside of the module: main.ts has the numbers that count.

const { positionals } = parseArgs({ allowPositionals: true });
const names = positionals.length > 0 ? positionals : ["C++*", "Rust", "Gcore AS", "ours"];
const streamsARound = 5000;
const rounds = 40;

await mkdir(cacheFolder, { recursive: true });
for (const filter of ["add-header", "rewrite"] as const) await measureFilter(filter);

async function measureFilter(filter: FilterName): Promise<void> {
  const { built, missing } = await buildAll(
    peers.filter(({ name }) => names.includes(name)),
    filter,
    cacheFolder,
  );
  for (const [name, reason] of missing) process.stdout.write(`${filter}, ${name}: not measured: ${reason}\n`);
  const lanes = [...built].flatMap(([name, module]) =>
    module.kind === "module" ? [{ name, host: new BareHost(module.bytes), costs: [] as number[] }] : [],
  );
  // The first rounds, in which V8 compiles what is hot, do not count.
  for (let round = -10; round < rounds; ++round) {
    for (const { host, costs } of lanes) {
      const before = process.cpuUsage();
      for (let stream = 0; stream < streamsARound; ++stream) host.serve();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) costs.push((user + system) / streamsARound);
    }
  }
  for (const { name, costs } of lanes) process.stdout.write(`${filter}, ${name}: ${show(spread(costs))}\n`);
}

function show({ median, quartiles: [lower, upper] }: Spread): string {
  return `${median.toFixed(2)} µs a stream (${lower.toFixed(2)} – ${upper.toFixed(2)})`;
}
