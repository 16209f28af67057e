// Newton's method with safeguards: the minimum of an objective over its free parameters, if there is one.

import type { Objective, Vec } from "../types";
import { scaledCurvature } from "./curvature";

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
  readonly along: Vec; // the direction in which the cost curves least
}

const LIMIT = 200; // steps
const DONE = 1e-14; // predicted fall, as a share of the cost or of its fall so far, that counts as none
const SHORT = 1e-4; // length of the last step, as a share of the longest, at a minimum ...
const STUCK = 1e-15; // ... and where rounding or a kink lets no longer one be
const SHORTEST = 1e-60; // share of a step that is tried at last
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
    const lower = !objective.convex && (level ? short : stuck) ? beside(objective, next ?? here, step.along) : null;
    if (lower !== null) here = lower;
    else if (level && (short || stuck)) return { ...(next ?? here), end: short ? "minimum" : "infimum" };
    else if (next === null || stuck) return { ...(next ?? here), end: free.length === 1 ? "minimum" : "none" }; // a kink
    else here = next;
  }
  return { ...here, end: level ? "infimum" : "none" };
}

/** The step in the coordinates in which the Hessian has a diagonal of ones: rounding is the same in all of them. */
function newtonStep(objective: Objective, w: Vec, free: readonly number[]): Step {
  const g = new Float64Array(objective.size);
  objective.gradient(w, g);
  const { values, vectors, scale, flat } = scaledCurvature(objective, w, free);
  const m = free.length;
  const along = (k: number): Vec => {
    const direction = new Float64Array(objective.size);
    free.forEach((j, a) => (direction[j] = vectors[k * m + a] * scale[a]));
    return direction;
  };
  const change = new Float64Array(objective.size);
  let fall = 0;
  values.forEach((value, k) => {
    const direction = along(k);
    const slope = direction.reduce((total, each, j) => total + each * g[j], 0);
    const length = Math.abs(value) > flat ? slope / Math.abs(value) : slope;
    fall += slope * length;
    direction.forEach((each, j) => (change[j] -= length * each));
  });
  return { change, fall, flat: !(values[0] > flat), along: along(0) };
}

/** The point at the share of the step where the cost is clearly lower; null: there is none. */
function search(objective: Objective, here: Point, { change, fall, flat }: Step): Point | null {
  const noise = NOISE * Math.abs(here.cost);
  const at = (share: number): Point => moved(objective, here.w, change, share);
  const lower = (point: Point, share: number): boolean => point.cost <= here.cost - 1e-4 * share * fall + noise;
  let share = 1;
  let found = at(share);
  while (!lower(found, share)) {
    share /= 2;
    if (share < SHORTEST) return null;
    found = at(share);
  }
  while (flat && share >= 1 && share < 1e15) {
    const further = at(2 * share);
    if (!(further.cost < found.cost) || !lower(further, 2 * share)) break;
    [found, share] = [further, 2 * share];
  }
  return found;
}

/** A lower point at one of the sides of a level one; null: there is none. */
function beside(objective: Objective, here: Point, along: Vec): Point | null {
  const share = (ASIDE * (1 + largest(here.w))) / largest(along);
  const [a, b] = [moved(objective, here.w, along, share), moved(objective, here.w, along, -share)];
  const lower = b.cost < a.cost ? b : a;
  return lower.cost < here.cost - NOISE * Math.abs(here.cost) ? lower : null;
}

function moved(objective: Objective, w: Vec, change: Vec, share: number): Point {
  const to = w.map((value, j) => value + share * change[j]);
  return { w: to, cost: objective.value(to) };
}

function largest(v: Vec): number {
  return v.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function distance(a: Vec, b: Vec): number {
  return a.reduce((most, value, j) => Math.max(most, Math.abs(value - b[j])), 0);
}
