// One step of the leading run: where it begins and lands, its direction, and the cost along that line.

import { dot, stateOf } from "../engine/parameters";
import type { Scene, Vec } from "../types";
import { curvatureAlong, restricted } from "./restrict";
import { lastDrawn, numberOf, sound, startOf, stepOf } from "./runs";

const FAR = 64; // times as far as the lowest point found: the cost must be higher there
const GOLDEN = (Math.sqrt(5) - 1) / 2;

export interface Stride {
  readonly k: number; // the step begins at state k
  readonly steps: number; // from state k to the next: more than 1 in a recorded run that was thinned
  readonly length: number; // 0: the run stands still
  readonly slope: number; // of the cost along the direction, at the ball
  readonly before: number; // cost at the ball
  readonly after: number; // cost at the ring
  readonly lowest: number | null; // distance to the lowest point ahead; null: none was found
  readonly size: number; // of the largest parameter at the ball, at least 1
  readonly rows: number; // drawn for this step; 0: all
  cost(distance: number): number;
}

export function strideOf(scene: Scene): Stride {
  const { objective, settings, runs } = scene;
  const run = runs[0];
  const k = run ? Math.max(0, Math.min(stepOf(run, settings.cursor), run.steps - 1, lastDrawn(run) - 1)) : 0;
  const w = run ? stateOf(run, k).slice() : startOf(scene);
  const next = run && k < run.steps ? stateOf(run, k + 1) : w;
  const gradient = new Float64Array(objective.size);
  objective.gradient(w, gradient);
  const move = next.map((value, j) => value - w[j]);
  const length = sound(move) ? Math.hypot(...move) : Infinity;
  const u = length > 0 && length < 1e150 ? move.map((value) => value / length) : descent(scene, gradient);
  const slope = dot(gradient, u);
  const cost = restricted(objective, w, u);
  const before = objective.value(w);
  const rows = run && k < run.steps ? run.rowsOf(k)?.length ?? 0 : 0;
  const after = length === 0 ? before : run && k < run.steps ? run.cost[k + 1] : before;
  const size = Math.max(1, ...w.map(Math.abs));
  const steps = run && k < run.steps ? numberOf(run, k + 1) - numberOf(run, k) : 1;
  return {
    k,
    steps,
    length,
    slope,
    before,
    after,
    size,
    lowest: lowestAhead(scene, w, u, slope, cost, length),
    rows,
    cost,
  };
}

/** The direction of the negative gradient of the free parameters; the first free axis where it is zero. */
function descent({ settings }: Scene, gradient: Vec): Vec {
  const free = gradient.map((value, j) => (settings.fixed[j] || !Number.isFinite(value) ? 0 : -value));
  const norm = Math.hypot(...free);
  if (norm > 0 && norm < Infinity) return free.map((value) => value / norm);
  const first = Math.max(0, [...gradient].findIndex((_, j) => !settings.fixed[j]));
  return gradient.map((_, j) => (j === first ? 1 : 0));
}

/** Distance to the lowest point ahead: exact for a quadratic cost, otherwise found by bracketing. */
function lowestAhead(
  { objective }: Scene, w: Vec, u: Vec, slope: number, cost: (s: number) => number, length: number,
): number | null {
  if (slope > 0) return null;
  if (slope === 0) return Number.isFinite(length) ? Math.max(length, 1) : 1;
  const curvature = curvatureAlong(objective, w, u);
  const newton = curvature > 1e-300 ? -slope / curvature : null;
  if (objective.quadratic) return newton;
  return bracketed(cost, newton ?? (length || 1));
}

/** The lowest point ahead by doubling a guess until the cost rises, then golden sections. */
function bracketed(cost: (s: number) => number, guess: number): number | null {
  let step = Number.isFinite(guess) && guess > 0 ? guess : 1;
  while (cost(step) > cost(0) && step > 1e-12 * guess) step /= 4;
  let [low, middle] = [0, step];
  for (let tries = 0; cost(2 * middle) < cost(middle); tries++) {
    if (tries > 20) return null;
    [low, middle] = [middle, 2 * middle];
  }
  if (cost(middle) < cost(0) && !(cost(FAR * middle) > cost(middle))) return null; // level, or the end of the domain
  let high = 2 * middle;
  const inner = (share: number): [number, number] => {
    const s = low + share * (high - low);
    return [s, cost(s)];
  };
  let [a, b] = [inner(1 - GOLDEN), inner(GOLDEN)];
  for (let i = 0; i < 20; i++) {
    if (a[1] < b[1]) {
      [high, b] = [b[0], a];
      a = inner(1 - GOLDEN);
    } else {
      [low, a] = [a[0], b];
      b = inner(GOLDEN);
    }
  }
  return (low + high) / 2;
}
