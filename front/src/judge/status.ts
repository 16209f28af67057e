// The status of a run: the first criterion that holds, in the order and the words of steepest/optimality/verdict.py.

import type { Status, Vec } from "../types";
import { median, quarters, type Evidence } from "./evidence";

type Criterion = (e: Evidence) => boolean;

const separable: Criterion = (e) => e.separated !== null;

const unbounded: Criterion = (e) => e.endless !== null;

/** A number overflowed; or a squared loss ends above its start, highest and growing, or rises above its limit. */
const diverged: Criterion = (e) => {
  if (e.end === "overflow" || !e.quadratic || e.cost.length < 3) return e.end === "overflow";
  const [late, before] = quarters(e.cost);
  const [first, last] = [e.cost[0], e.cost.at(-1)!];
  const rounding = 1e-9 * last + 1e-12 * e.scale;
  if (e.rate > e.batchLimit && last > e.cost.at(-2)! + rounding) return true;
  const bar = e.sampled ? 10 * Math.max(first, e.scale) : first + rounding;
  return last > bar && largest(late) >= largest(e.cost) && largest(late) > largest(before);
};

/** The gap is at most the target, and a direction of recession is ruled out. */
const converged: Criterion = (e) =>
  e.convex && e.local && e.unproven === null && e.gap !== null && e.gap <= e.target;

const stationary: Criterion = (e) => e.standing !== null;

/** Not squared, not known to be below the limit: late costs jump up and down, or late steps go back and forth. */
const cycling: Criterion = (e) => {
  if (e.sampled || e.quadratic || e.cost.length < 16 || (e.limit !== null && e.rate <= e.limit)) return false;
  const [late, before] = quarters(e.cost);
  const rounding = 1e-9 * e.scale;
  const jumps = shareOfRises(late, rounding) >= 0.25 && range(late) > 0.5 * range(before);
  const stays = e.reversals >= 0.9 && smallest(late) >= smallest(before) - rounding;
  return (jumps && e.limit !== null) || stays;
};

const oscillating: Criterion = (e) =>
  !e.sampled && e.reversals >= 0.9 && (e.limit === null || e.rate > 0.5 * e.limit);

/** Sampled steps at a steady rate: little of the late gap is bias, it has not halved, and a fifth of the costs rise. */
const noiseFloor: Criterion = (e) => {
  if (!e.sampled || e.bias === null || e.above === null || e.bias > (e.quadratic ? 0.05 : 0.1)) return false;
  const late = e.above.filter((_, i) => e.step[i] > 0.5 * e.steps);
  const middle = e.above.filter((_, i) => e.step[i] > 0.25 * e.steps && e.step[i] <= 0.5 * e.steps);
  if (Math.min(late.length, middle.length) < 3) return false;
  return median(late) > 0.5 * median(middle) && shareOfRises(late, 0) >= 0.2;
};

const crawling: Criterion = (e) => e.farther;

const TABLE: readonly (readonly [Status, Criterion])[] = [
  ["separable", separable],
  ["unbounded", unbounded],
  ["diverged", diverged],
  ["converged", converged],
  ["stationary", stationary],
  ["cycling", cycling],
  ["oscillating", oscillating],
  ["noise floor", noiseFloor],
  ["crawling", crawling],
];

export const statusOf = (e: Evidence): Status => TABLE.find(([, holds]) => holds(e))?.[0] ?? "stopped";

const largest = (values: Vec): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
const smallest = (values: Vec): number => values.reduce((a, b) => Math.min(a, b), Infinity);
const range = (values: Vec): number => largest(values) - smallest(values);

function shareOfRises(values: Vec, rounding: number): number {
  let rises = 0;
  for (let i = 1; i < values.length; i++) if (values[i] - values[i - 1] > rounding) rises++;
  return rises / (values.length - 1);
}
