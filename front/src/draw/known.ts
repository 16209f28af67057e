// Only a minimum that is one is drawn: where the gradient at `facts.best` is not small, or a run of a convex cost ends
// below it, pictures treat the minimum as unknown.

import type { Facts, Objective, Scene, Vec } from "../types";
import { startOf } from "./runs";

const SMALL = 1e-3; // of the gradients elsewhere
const AWAY = 0.1; // of the parameters: where "elsewhere" is

const checked = new WeakMap<Facts, boolean>();

/** The scene, without a minimum that is none. */
export function known(scene: Scene): Scene {
  const { facts } = scene;
  if (!facts.best || (stationary(scene, facts.best) && !undercut(scene))) return scene;
  return { ...scene, facts: { ...facts, best: null, least: NaN } };
}

/** Whether the gradient of the free parameters at a point is small beside those at the start and nearby. */
function stationary(scene: Scene, best: Vec): boolean {
  const { objective, facts } = scene;
  const before = checked.get(facts);
  if (before !== undefined) return before;
  const free = best.map((_, j) => (scene.settings.fixed[j] ? 0 : 1));
  const near = best.map((value, j) => value + free[j] * AWAY * Math.max(1, Math.abs(value)));
  const elsewhere = Math.max(steepness(objective, startOf(scene), free), steepness(objective, near, free));
  const found = steepness(objective, best, free) <= SMALL * elsewhere || elsewhere === 0;
  checked.set(facts, found);
  return found;
}

function steepness(objective: Objective, w: Vec, free: Vec): number {
  const gradient = new Float64Array(w.length);
  objective.gradient(w, gradient);
  return Math.hypot(...gradient.map((value, j) => value * free[j]));
}

/** Whether a run of a convex cost goes clearly below the minimum. */
function undercut({ objective, facts, runs }: Scene): boolean {
  return objective.convex && runs.some((run) => {
    const rounding = 1e-6 * Math.abs(run.cost[0] - facts.least) + 1e-9 * Math.abs(facts.least);
    return run.cost.some((cost) => cost < facts.least - rounding);
  });
}
