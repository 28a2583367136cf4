import type { Ratios } from "./rounds.ts";

/** What a benchmark wants to know. Each is a file of its own that exports one as `question`. */
export interface Question {
  readonly title: string;
  /** How it is measured, in a sentence or two. */
  readonly method: string;
  /** @param folder an empty one, removed afterwards */
  readonly measure: (folder: string) => AsyncIterable<Finding>;
}

/** One comparison: `subject` costs `ratios.ratio` times what `peer` costs. */
export interface Finding {
  readonly subject: string;
  readonly peer: string;
  readonly ratios: Ratios;
  /** How a cost is shown: `38 ms`. It depends on the machine; the ratio does not. */
  readonly unit: "ms" | "MiB" | "µs";
  /** What must hold. Absent: nothing was promised. */
  readonly goal?: { readonly text: string; readonly isMet: boolean };
}
