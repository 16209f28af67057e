// Newton's method with safeguards: the minimum of an objective over its free parameters, if there is one.

import type { Objective, Vec } from "../types";
import { scaledCurvature } from "./curvature";
import { dot, largest } from "./parameters";

export interface Minimum {
  readonly w: Vec; // where it ended
  readonly cost: number;
  /** "infimum": the cost falls no further, but the point moves on. */
  readonly end: "minimum" | "infimum" | "none";
}

interface Point {
  readonly w: Vec;
  readonly cost: number;
}

interface Step {
  readonly change: Vec; // p
  readonly fall: number; // minus the slope of the cost along it
  readonly flat: boolean; // the cost is not known to curve upwards in every direction
  readonly least: Vec; // the direction in which the cost curves least
}

const LIMIT = 200; // steps
const DONE = 1e-14; // predicted fall, as a share of the cost or of its fall so far, that counts as none
const SHORT = 1e-4; // length of the last step, as a share of the longest, at a minimum ...
const STUCK = 1e-15; // ... and where rounding or a kink lets no longer one be
const SHORTEST = 1e-60; // share of a step that is tried at last
const LONGEST = 1e15; // ... and as far
const LESS = 0.5; // slope along a step, as a share of the one at its start, that is enough
const BLURRED = 1e-9; // share of a cost by which rounding may raise it, at the most
const NOISE = 1e-14; // share of a cost that may be rounding
const ASIDE = 1e-4; // step, as a share of 1 + |w|, to both sides of what may be a minimum, a maximum or neither

/** Newton's steps from `start`; `stop` ends them where it says that there is no minimum. */
export function newton(objective: Objective, start: Vec, free: readonly number[], stop: (w: Vec) => boolean): Minimum {
  let here: Point = { w: start.slice(), cost: objective.value(start) };
  const first = here.cost;
  let longest = largest(start);
  let level = false;
  for (let i = 0; i < LIMIT && Number.isFinite(here.cost) && !stop(here.w); i++) {
    const step = newtonStep(objective, here.w, free);
    const next = search(objective, here, step);
    const length = next ? distance(next.w, here.w) : largest(step.change);
    longest = Math.max(longest, next ? length : 0);
    level = step.fall <= DONE * Math.max(Math.abs(here.cost), first - here.cost);
    const short = length <= SHORT * longest;
    const stuck = next === null || length <= STUCK * longest;
    const lower = !objective.convex && (level ? short : stuck) ? beside(objective, next ?? here, step.least) : null;
    if (lower !== null) here = lower;
    else if (level && (short || stuck)) return { ...(next ?? here), end: short ? "minimum" : "infimum" };
    else if (next === null || stuck) return { ...(next ?? here), end: free.length === 1 ? "minimum" : "none" };
    else here = next;
  }
  return { ...here, end: level ? "infimum" : "none" };
}

/** The step in the coordinates in which the Hessian has a diagonal of ones: rounding is the same in all of them. */
function newtonStep(objective: Objective, w: Vec, free: readonly number[]): Step {
  const g = new Float64Array(objective.size);
  objective.gradient(w, g);
  const { values, vectors, scale, flat } = scaledCurvature(objective, w, free);
  const direction = (k: number): Vec => {
    const found = new Float64Array(objective.size);
    free.forEach((j, a) => (found[j] = vectors[k][a] * scale[a]));
    return found;
  };
  const change = new Float64Array(objective.size);
  let fall = 0;
  values.forEach((value, k) => {
    const unit = direction(k);
    const slope = dot(unit, g);
    const length = Math.abs(value) > flat ? slope / Math.abs(value) : slope;
    fall += slope * length;
    unit.forEach((each, j) => (change[j] -= length * each));
  });
  return { change, fall, flat: !(values[0] > flat), least: direction(0) };
}

/** The next point along a step; null: there is none. */
function search(objective: Objective, here: Point, step: Step): Point | null {
  return objective.convex ? searchBySlope(objective, here, step) : searchByCost(objective, here, step);
}

/** Of a convex cost: where the slope along the step is clearly less steep. Slopes keep digits that costs have lost. */
function searchBySlope(objective: Objective, here: Point, { change, fall }: Step): Point | null {
  const g = new Float64Array(objective.size);
  const slopeAt = (share: number): number => {
    objective.gradient(along(here.w, change, share), g);
    return dot(g, change);
  };
  let [low, high] = [0, Infinity];
  for (let share = 1; share > SHORTEST && share < LONGEST; ) {
    const slope = slopeAt(share);
    const found = Math.abs(slope) <= LESS * fall ? moved(objective, here.w, change, share) : null;
    if (found !== null && found.cost <= here.cost + BLURRED * Math.abs(here.cost)) return found;
    if (slope < 0) low = share;
    else high = share; // a slope that is not a number is beyond
    if (high === Infinity) share *= Math.min(Math.max(fall / (fall + slope), 2), 10);
    else share = low === 0 ? high / (slope < 10 * fall ? 2 : 10) : (low + high) / 2;
    if (high < Infinity && high - low <= 1e-15 * high) break;
  }
  return low > 0 ? moved(objective, here.w, change, low) : null;
}

/** Where the cost is clearly lower; further on while it falls, if the cost is not known to curve upwards. */
function searchByCost(objective: Objective, here: Point, { change, fall, flat }: Step): Point | null {
  const noise = NOISE * Math.abs(here.cost);
  const lower = (point: Point, share: number): boolean => point.cost <= here.cost - 1e-4 * share * fall + noise;
  let share = 1;
  let found = moved(objective, here.w, change, share);
  while (!lower(found, share)) {
    share /= 2;
    if (share < SHORTEST) return null;
    found = moved(objective, here.w, change, share);
  }
  while (flat && share >= 1 && share < LONGEST) {
    const further = moved(objective, here.w, change, 2 * share);
    if (!(further.cost < found.cost) || !lower(further, 2 * share)) break;
    [found, share] = [further, 2 * share];
  }
  return found;
}

/** A lower point at one of the sides of a level one; null: there is none. */
function beside(objective: Objective, here: Point, least: Vec): Point | null {
  const share = (ASIDE * (1 + largest(here.w))) / largest(least);
  const [a, b] = [moved(objective, here.w, least, share), moved(objective, here.w, least, -share)];
  const lower = b.cost < a.cost ? b : a;
  return lower.cost < here.cost - NOISE * Math.abs(here.cost) ? lower : null;
}

function moved(objective: Objective, w: Vec, change: Vec, share: number): Point {
  const to = along(w, change, share);
  return { w: to, cost: objective.value(to) };
}

function along(w: Vec, change: Vec, share: number): Vec {
  return w.map((value, j) => value + share * change[j]);
}

function distance(a: Vec, b: Vec): number {
  return a.reduce((most, value, j) => Math.max(most, Math.abs(value - b[j])), 0);
}
