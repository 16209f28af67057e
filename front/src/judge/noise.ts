// The noise of steps on batches: how far their gradient is from that of all rows.

import type { Objective, Settings, Vec } from "../types";

/** Root mean square length of the gradient of a batch at the minimum, over the free parameters. */
export function gradientNoise(objective: Objective, at: Vec, { batch, sampling, fixed }: Settings): number {
  const { rows, size } = objective;
  const g = new Float64Array(size);
  const row = new Int32Array(1);
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    row[0] = i;
    objective.gradient(at, g, row, 0, 1);
    squares += g.reduce((sum, value, j) => (fixed[j] ? sum : sum + value * value), 0);
  }
  const drawn = Math.min(batch, rows);
  const share = sampling === "replacement" || rows === 1 ? 1 : (rows - drawn) / (rows - 1);
  return Math.sqrt((squares / rows) * (share / drawn));
}
