// What is known of an objective before any step: its minimum, its curvature there, and whether it has one.

import type { Facts, Objective, Settings, Vec } from "../types";
import { constantCost } from "./constant_cost";
import { curvatureAt, flatDirections, remove } from "./curvature";
import { losses } from "./engine.gen";
import { type Minimum, newton } from "./newton";
import { kinkedMinimum } from "./nonsmooth";
import type { Loss } from "./records";
import { parseSpec } from "./spec";

const NOISE = 1e-12; // share of a cost that may be rounding

/** The facts of an objective; those of a formula hold for the minimum that Newton's method finds from the start. */
export function facts(objective: Objective, how: Pick<Settings, "start" | "fixed">): Facts {
  const free = Array.from({ length: objective.size }, (_, j) => j).filter((j) => !how.fixed[j]);
  const start = Float64Array.from(how.start);
  const { w, cost, end } = minimumOf(objective, start, free);
  const separable = end !== "minimum" && separates(objective, w, free);
  const best = end === "minimum" ? nearestToZero(objective, w, free) : null;
  const { values, vectors } = curvatureAt(objective, best ?? start, free);
  return {
    best,
    least: best ? objective.value(best) : separable ? 0 : end === "infimum" && objective.convex ? cost : NaN,
    eigenvalues: values,
    eigenvectors: vectors,
    local: !objective.quadratic,
    separable,
    constantCost: constantCost(objective, how),
  };
}

/** The minimum of a table from 0, that of a formula from the start; fixed parameters keep their start. */
function minimumOf(objective: Objective, start: Vec, free: readonly number[]): Minimum {
  const { table } = objective;
  if (!table) return newton(objective, start, free, () => false);
  const begin = start.map((value, j) => (free.includes(j) ? 0 : value));
  if (objective.smoothed) {
    const w = kinkedMinimum(objective, begin, free);
    return { w, cost: objective.value(w), end: "minimum" };
  }
  const found = newton(objective, begin, free, (w) => separates(objective, w, free));
  const flat = (w: Vec): number => flatDirections(objective, w, free).length;
  const vanished = found.end === "minimum" && !recordOf(table.loss).attained && flat(found.w) > flat(begin);
  return vanished ? { ...found, end: "infimum" } : found; // curvature falls to 0 as the parameters grow
}

/** Whether a loss of two classes falls to 0 along the free part of w: all rows are on their own side of its line. */
function separates(objective: Objective, w: Vec, free: readonly number[]): boolean {
  const { table } = objective;
  if (!table || !recordOf(table.loss).labels || recordOf(table.loss).attained) return false;
  const part = w.map((value, j) => (free.includes(j) ? value : 0));
  return table.target.values.every((y, i) => (2 * y - 1) * table.linear(part, i) > 0);
}

function recordOf(loss: string): Loss {
  return parseSpec(loss, losses, "loss").record;
}

/** Of the minima of a table whose columns repeat each other, the one with the smallest parameters. */
function nearestToZero(objective: Objective, w: Vec, free: readonly number[]): Vec {
  if (!objective.table) return w;
  const near = w.slice();
  for (const direction of flatDirections(objective, w, free)) remove(near, direction);
  return objective.value(near) <= objective.value(w) * (1 + NOISE) ? near : w;
}
