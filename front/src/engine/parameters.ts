// Points and directions of p parameters.

import type { Run, Vec } from "../types";

export function dot(a: Vec, b: Vec): number {
  let total = 0;
  for (let j = 0; j < a.length; j++) total += a[j] * b[j];
  return total;
}

/** The largest size of a coordinate. */
export const largest = (v: Vec): number => v.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The direction of parameter j. */
export const unitVector = (j: number, size: number): Vec =>
  Float64Array.from({ length: size }, (_, k) => (k === j ? 1 : 0));

/** Places of the parameters that are not fixed. */
export const freeOf = (fixed: readonly boolean[], size: number): number[] =>
  Array.from({ length: size }, (_, j) => j).filter((j) => !fixed[j]);

/** The parameters after step t: a part of the path, not a copy. */
export const stateOf = (run: Run, t: number): Vec => run.path.subarray(t * run.size, (t + 1) * run.size);
