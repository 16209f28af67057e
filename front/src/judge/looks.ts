// The recorded costs on which a verdict rests: all of them where every step sees all rows, else at most 200, as Python
// evaluates them.

import type { Run, Vec } from "../types";

const SAMPLED = 200; // most costs of a sampled run
const FREE = 100_000; // numbers of a table up to which all of these are evaluated

export interface Looks {
  readonly cost: Vec;
  readonly step: Int32Array;
}

/** The costs of a run, and the steps at which they were. */
export function looksOf(run: Run, rows: number, batch: number): Looks {
  const all = Array.from({ length: run.steps + 1 }, (_, t) => t);
  const places = batch > 0 ? spread(run.steps + 1, mostLooks(run, rows, batch)) : all;
  const step = Int32Array.from(places.filter((t) => Number.isFinite(run.cost[t])));
  return { step, cost: Float64Array.from(step, (t) => run.cost[t]) };
}

function mostLooks(run: Run, rows: number, batch: number): number {
  if (rows * run.size <= FREE) return SAMPLED;
  return Math.min(SAMPLED, Math.trunc(4 + (2 * run.steps) / Math.ceil(rows / batch)));
}

/** Places of 0 .. count - 1, at most `most`: half log-spaced, half evenly spaced; all of them if they are few. */
function spread(count: number, most: number): number[] {
  const half = Math.floor(most / 2);
  if (count <= half) return Array.from({ length: count }, (_, t) => t);
  const log = Array.from({ length: half }, (_, i) => count ** (i / (half - 1)));
  const even = Array.from({ length: most - half }, (_, i) => 1 + (i * (count - 1)) / (most - half - 1));
  return [...new Set([...log, ...even].map((t) => roundHalfEven(t) - 1))].sort((a, b) => a - b);
}

function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}
