import type { Traffic } from "./load.ts";
import type { FilterName } from "./peer.ts";

/** A row of the tables. */
export interface Scenario {
  readonly title: string;
  readonly filter: FilterName;
  readonly traffic: Traffic;
}

const oneByOne: Traffic = { requests: 3000, connections: 16, streamsPerConnection: 1, delayMs: 0 };
// Each stream stays for the delay at least, so that all thousand are there at any moment.
const inFlight: Traffic = { requests: 6000, connections: 10, streamsPerConnection: 100, delayMs: 10 };

export const scenarios: readonly Scenario[] = [
  { title: "add one response header", filter: "add-header", traffic: oneByOne },
  { title: "the same, 1,000 streams in flight", filter: "add-header", traffic: inFlight },
  { title: "read all headers, look up, set five, rewrite a 1 KiB body", filter: "rewrite", traffic: oneByOne },
  { title: "the same, 1,000 streams in flight", filter: "rewrite", traffic: inFlight },
];
