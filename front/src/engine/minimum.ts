// What is known of an objective before any step: its minimum, its curvature there, and whether it has one.

import type { Facts, Objective, Settings, Vec } from "../types";
import { constantCost } from "./constant_cost";
import { curvatureAt, flatDirections, remove } from "./curvature";
import { losses } from "./engine.gen";
import { newton } from "./newton";
import { parseSpec } from "./spec";

/** The facts of an objective; those of a formula hold for the minimum that Newton's method finds from the start. */
export function facts(objective: Objective, how: Pick<Settings, "start" | "fixed">): Facts {
  const p = objective.size;
  const free = Array.from({ length: p }, (_, j) => j).filter((j) => !how.fixed[j]);
  const start = Float64Array.from(how.start);
  const begin = objective.table ? start.map((value, j) => (how.fixed[j] ? value : 0)) : start;
  const apart = (w: Vec): boolean => separates(objective, w, free);
  const { w, found } = newton(objective, begin, free, apart);
  const separable = !found && apart(w);
  const best = found ? nearestToZero(objective, w, free) : null;
  const { values, vectors } = curvatureAt(objective, best ?? start, free);
  return {
    best,
    least: best ? objective.value(best) : separable ? 0 : NaN,
    eigenvalues: values,
    eigenvectors: vectors,
    local: !objective.quadratic,
    separable,
    constantCost: constantCost(objective, how),
  };
}

/** Whether a loss of two classes falls to 0 along the free part of w: all rows are on their own side of its line. */
function separates(objective: Objective, w: Vec, free: readonly number[]): boolean {
  const { table } = objective;
  if (!table) return false;
  const { labels, attained } = parseSpec(table.loss, losses, "loss").record;
  if (!labels || attained) return false;
  const part = new Float64Array(w.length);
  for (const j of free) part[j] = w[j];
  return table.target.values.every((y, i) => (2 * y - 1) * table.linear(part, i) > 0);
}

/** Of the minima of a table whose columns repeat each other, the one with the smallest parameters. */
function nearestToZero(objective: Objective, w: Vec, free: readonly number[]): Vec {
  if (!objective.table) return w;
  const near = w.slice();
  for (const direction of flatDirections(objective, w, free)) remove(near, direction);
  return objective.value(near) <= objective.value(w) * (1 + 1e-12) ? near : w;
}
