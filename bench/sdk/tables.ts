import { type Spread, spread } from "../rounds.ts";
import type { Builds } from "./builds.ts";
import { differences, type Rounds } from "./measure.ts";
import type { FilterName, Peer } from "./peer.ts";
import type { Scenario } from "./scenario.ts";

/** The lanes without a filter: what the others are compared with, and one more that shows how much is noise. */
export const bare = "no filter";
export const bareAgain = "no filter, again";

/** Two that differ by less than this, in microseconds, are not told apart. */
const noise = 1;

export type Measured = ReadonlyMap<Scenario, Rounds>;

/** CPU microseconds that each filter adds to a request. */
export function costTable(measured: Measured, peers: readonly Peer[]): string {
  const columns = [...peers.map(({ name }) => name), bareAgain];
  const rows = [...measured].map(([{ title }, rounds]) => [
    title,
    ...columns.map((name) => cost(spread(differences(rounds, name, bare)), rounds.has(name))),
    spread(rounds.get(bare) ?? []).median.toFixed(1),
  ]);
  return table(["µs a request", ...columns, "Envoy itself"], rows);
}

/** What each adds, divided by what `base` adds. */
export function ratioTable(measured: Measured, peers: readonly Peer[], base: string): string {
  const others = peers.filter(({ name }) => name !== base).map(({ name }) => name);
  const rows = [...measured].map(([{ title }, rounds]) => {
    const bases = differences(rounds, base, bare);
    return [
      title,
      ...others.map((name) => {
        if (!rounds.has(name)) return "–";
        const ratios = differences(rounds, name, bare).map((added, round) => added / (bases[round] ?? NaN));
        const { median, quartiles } = spread(ratios);
        const isSame = isNoise(spread(differences(rounds, name, base)));
        return `${median.toFixed(2)}${isSame ? " ≈" : ""} (${quartiles.map((value) => value.toFixed(2)).join(" – ")})`;
      }),
    ];
  });
  return table([`times ${base}`, ...others], rows);
}

/** Bytes of each module. */
export function sizeTable(builds: ReadonlyMap<FilterName, Builds>, peers: readonly Peer[]): string {
  const rows = [...builds].map(([filter, { built }]) => [
    filter,
    ...peers.map(({ name }) => {
      const module = built.get(name);
      return module?.kind === "module" ? module.bytes.length.toLocaleString("en-GB") : "–";
    }),
  ]);
  return table(["bytes", ...peers.map(({ name }) => name)], rows);
}

/** Whether a difference is too small, or changes its sign too often, to mean something. */
function isNoise({ median, quartiles: [lower, upper] }: Spread): boolean {
  return Math.abs(median) < noise || (lower < 0 && upper > 0);
}

function cost({ median, quartiles }: Spread, isMeasured: boolean): string {
  if (!isMeasured) return "–";
  return `${signed(median)} (${quartiles.map(signed).join(" – ")})`;
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? "---" : "--:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
