import { cpuMicroseconds } from "./cpu.ts";
import { sendLoad, type Traffic } from "./load.ts";
import type { Stage } from "./stage.ts";

/** CPU microseconds a request, a value a round, by lane. */
export type Rounds = ReadonlyMap<string, readonly number[]>;

/**
 * Measures lanes in turn, round after round (A B C, B C A, …), so that what else the machine does meets them all alike. A
 * first round, in which V8 compiles what is hot, does not count.
 */
export async function measure(
  stage: Stage,
  lanes: readonly string[],
  traffic: Traffic,
  rounds: number,
): Promise<Rounds> {
  const costs = new Map<string, number[]>(lanes.map((lane) => [lane, []]));
  for (const lane of lanes) await sendLoad(stage.port(lane), traffic);
  for (let round = 0; round < rounds; ++round) {
    const first = round % lanes.length;
    for (const lane of [...lanes.slice(first), ...lanes.slice(0, first)]) {
      const before = await cpuMicroseconds(stage.envoy.pid);
      await sendLoad(stage.port(lane), traffic);
      const used = (await cpuMicroseconds(stage.envoy.pid)) - before;
      costs.get(lane)?.push(used / traffic.requests);
    }
  }
  return costs;
}

/** What a lane cost more than another in the same round. */
export function differences(rounds: Rounds, lane: string, base: string): number[] {
  const bases = rounds.get(base) ?? [];
  return (rounds.get(lane) ?? []).map((cost, round) => cost - (bases[round] ?? NaN));
}
