// Two classes at a cut-off: how many rows of each class are predicted as which.

import type { Objective, Vec } from "../types";

export interface Confusion {
  readonly tp: number; // the second class counts as positive
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

/** Counts over all rows of a table of two classes, at the parameters w. */
export function confusionAt({ table, rows }: Objective, w: Vec, cutoff: number): Confusion {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 };
  for (let i = 0; table && i < rows; i++) {
    const positive = table.predict(table.linear(w, i)) >= cutoff;
    const actual = table.target.values[i] > 0.5;
    counts[positive ? (actual ? "tp" : "fp") : actual ? "fn" : "tn"]++;
  }
  return counts;
}
