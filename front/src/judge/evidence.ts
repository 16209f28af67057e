// Evidence: the facts of a run from which its verdict follows. The mirror of steepest/optimality/evidence.py.

import type { Vec } from "../types";

/** What the gap says of the distance of the cost from the minimum. */
export type Sense = "exact" | "proven" | "estimated" | "predicted";

export interface Observed {
  readonly cost: Vec; // full costs that were evaluated
  readonly step: Int32Array; // at which they were
  readonly end: string; // "overflow", or the limit of the run as Python words it: "200 updates"
  readonly gap: number | null; // cost minus minimum as far as it is known
  readonly sense: Sense;
  readonly local: boolean; // whether the gap holds up to the optimum
  readonly reached: number; // cost of the reported state
  readonly target: number; // the gap that counts as converged
  readonly scale: number; // cost of the constant model
  readonly gradientNorm: number; // by raw parameters
  readonly standardErrors: number | null;
  readonly rate: number; // of the last step
  readonly limit: number | null; // of the rule, from the bound of the curvature that Python uses
  readonly safe: number; // a rate at which any rule converges, on batches too
  readonly condition: number | null;
  readonly quadratic: boolean;
  readonly sampled: boolean;
  readonly rule: string;
  readonly constant: boolean; // a constant rate
  readonly reversals: number; // share of the last steps that were opposite to the one before
  readonly left: number | null; // steps until the gap is at most the target, if computed; infinite: never
  readonly bias: number | null; // of sampled steps: share of their late gap that is not noise
  readonly separated: string | null; // a direction of recession in words
  readonly unproven: string | null; // why an optimum at infinity is not ruled out
  readonly function: boolean; // a formula, without a table
  readonly convex: boolean; // known to be
  readonly endless: string | null; // how it is known to be unbounded below
  readonly spent: boolean; // the schedule of rates has run out
  readonly standing: string | null; // kind of the last point, if its gradient is 0 to rounding
}

export interface Evidence extends Observed {
  readonly steps: number; // updates made
  readonly above: Vec | null; // costs minus the minimum as far as it is known
  readonly batchLimit: number; // stability limit of batch descent at a constant rate; infinite where there is none
  readonly late: readonly [before: number, last: number] | null; // gaps in the middle of the steps and at their end
  readonly farther: boolean; // more steps are still needed than were made
  readonly risen: number; // the step from which on the cost was above that of the start
  readonly recent: readonly [low: number, high: number]; // costs of the last quarter
}

/** The evidence with what follows from it. */
export function evidence(seen: Observed): Evidence {
  const steps = seen.step[seen.step.length - 1];
  const above = aboveOf(seen);
  const late = above && lateOf(seen, above, steps);
  const [last] = quarters(seen.cost);
  return {
    ...seen,
    steps,
    above,
    late,
    batchLimit: seen.limit !== null && seen.constant && !seen.sampled ? seen.limit : Infinity,
    farther: seen.left !== null ? seen.left > steps && steps > 1 : late !== null && needsMore(late, seen.target),
    risen: risenFrom(seen),
    recent: [Math.min(...last), Math.max(...last)],
  };
}

/** The last quarter of the values and the quarter before it. */
export function quarters(values: Vec): readonly [late: Vec, before: Vec] {
  const quarter = Math.max(1, Math.floor(values.length / 4));
  const end = values.length;
  return [values.subarray(Math.max(0, end - quarter)), values.subarray(Math.max(0, end - 2 * quarter), end - quarter)];
}

/** Share of the last steps of a path of p parameters that are opposite to the one before. */
export function reversals(path: Vec, size: number, last = 20): number {
  const states = path.length / size;
  const moves = Math.min(last, states - 1);
  if (moves < 3) return 0;
  const from = (states - 1 - moves) * size;
  const largest = path.subarray(from).reduce((most, w) => Math.max(most, Math.abs(w)), 1);
  const move = (i: number, j: number): number => {
    const at = from + i * size + j;
    return path[at + size] / largest - path[at] / largest;
  };
  let opposite = 0;
  for (let i = 1; i < moves; i++) {
    let product = 0;
    for (let j = 0; j < size; j++) product += move(i, j) * move(i - 1, j);
    if (product < 0) opposite++;
  }
  return opposite / (moves - 1);
}

export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
}

function aboveOf(seen: Observed): Vec | null {
  if (seen.gap === null) return null;
  const gap = seen.sense === "predicted" && !seen.quadratic ? 0.5 * seen.gap : seen.gap;
  return seen.cost.map((cost) => Math.max(cost - (seen.reached - gap), 0));
}

function lateOf(seen: Observed, above: Vec, steps: number): readonly [number, number] | null {
  const last = above[above.length - 1];
  if (seen.spent || above.length < 3 || last <= seen.target) return null;
  const quarter = [...seen.step].map((step) => Math.floor((4 * step) / (steps + 1)));
  if (!quarter.includes(1) || !quarter.includes(3)) return null;
  const of = (q: number): number => median(above.filter((_, i) => quarter[i] === q));
  const ends = seen.sampled ? [of(1), of(3)] as const : [above[quarter.findIndex((q) => q > 1)], last] as const;
  return ends[0] >= ends[1] && ends[1] > 0 ? ends : null;
}

/** Whether more steps are needed than were made, at the pace of the later half. */
const needsMore = ([before, last]: readonly [number, number], target: number): boolean =>
  (before / last) ** 2 * target < last;

function risenFrom(seen: Observed): number {
  let lastBelow = seen.cost.length - 1;
  while (!(seen.cost[lastBelow] <= seen.cost[0])) lastBelow--;
  return seen.step[Math.min(lastBelow + 1, seen.step.length - 1)];
}
