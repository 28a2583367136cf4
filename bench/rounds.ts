/** One side of a comparison. */
export interface Contender {
  readonly name: string;
  /** Does the work once. @returns what it cost, in any unit that both sides share; preparations are not counted */
  readonly run: (round: number) => Promise<number> | number;
}

/** Subject divided by peer, round by round: what a machine's speed does not change. */
export interface Ratios {
  readonly subject: Spread;
  readonly peer: Spread;
  /** Below 1 the subject costs less. */
  readonly ratio: Spread;
  readonly rounds: number;
}

/** Median, and what half of the rounds lie between. */
export interface Spread {
  readonly median: number;
  readonly quartiles: readonly [lower: number, upper: number];
}

/**
 * Has two contenders take turns, A B B A A B …, so that whatever else the machine does meets both of them.
 *
 * The first round warms caches and is not counted.
 */
export async function compare(subject: Contender, peer: Contender, rounds: number): Promise<Ratios> {
  const costs: { readonly subject: number; readonly peer: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const isReversed = round % 2 === 1;
    const first = await (isReversed ? peer : subject).run(round);
    const second = await (isReversed ? subject : peer).run(round);
    const cost = isReversed ? { subject: second, peer: first } : { subject: first, peer: second };
    if (round > 0) costs.push(cost);
  }
  return {
    subject: spread(costs.map((cost) => cost.subject)),
    peer: spread(costs.map((cost) => cost.peer)),
    ratio: spread(costs.map((cost) => cost.subject / cost.peer)),
    rounds,
  };
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)] };
}

/** Between two neighbours, linearly. */
function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const [low = 0, high = low] = sorted.slice(Math.floor(position), Math.floor(position) + 2);
  return low + (high - low) * (position % 1);
}
