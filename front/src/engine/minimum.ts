// What is known of an objective before any step: its minimum, its curvature there, and whether it has one.

import type { Facts, Objective, Settings, Vec } from "../types";
import { constantCost } from "./constant_cost";
import { cornerMinimum } from "./corners";
import { curvatureAt, flatDirections, orthonormal, remove } from "./curvature";
import { losses } from "./engine.gen";
import { type Minimum, newton } from "./newton";
import { freeOf } from "./parameters";
import type { Loss } from "./records";
import { parseSpec } from "./spec";

const NOISE = 1e-12; // share of a cost that may be rounding
const LEVEL = 1e-6; // curvature at the minimum of a formula, as a share of that at the start, that counts as none

/** The facts of an objective; those of a formula hold for the minimum that Newton's method finds from the start. */
export function facts(objective: Objective, how: Pick<Settings, "start" | "fixed">): Facts {
  const free = freeOf(how.fixed, objective.size);
  const start = Float64Array.from(how.start);
  const standard = objective.standard ?? objective;
  const { w, cost, end } = minimumOf(standard, standard.scaled(objective.raw(start)), free);
  const flat = objective.table ? flatDirections(standard, w, free).map((u) => translated(objective, u)) : [];
  const separable = end !== "minimum" && separates(standard, w, free);
  const best = end === "minimum" ? nearestToZero(objective, objective.scaled(standard.raw(w)), flat) : null;
  const { eigenvalues, eigenvectors } = curvatureAt(objective, best ?? start, free, best ? flat.length : 0);
  const level = best && !objective.table ? LEVEL * steepest(curvatureAt(objective, start, free, 0).eigenvalues) : 0;
  return {
    best,
    least: best ? objective.value(best) : separable ? 0 : end === "infimum" && objective.table ? cost : NaN,
    eigenvalues: steepest(eigenvalues) < level ? eigenvalues.map(() => 0) : eigenvalues,
    eigenvectors,
    local: !objective.quadratic,
    separable,
    constantCost: constantCost(objective, how),
  };
}

const steepest = (values: Vec): number => Math.max(0, ...values.map(Math.abs));

/** A direction of the standard units in the coordinates of the descent. */
function translated(objective: Objective, direction: Vec): Vec {
  const standard = objective.standard ?? objective;
  return objective.scaled(standard.raw(direction));
}

/** The minimum of a table from 0, that of a formula from the start; fixed parameters keep their start. */
function minimumOf(objective: Objective, start: Vec, free: readonly number[]): Minimum {
  const { table } = objective;
  if (!table) return newton(objective, start, free, () => false);
  const begin = start.map((value, j) => (free.includes(j) ? 0 : value));
  const { attained, jumps } = recordOf(table.loss);
  if (jumps !== null) return cornerMinimum(objective, begin, free);
  const found = newton(objective, begin, free, (w) => separates(objective, w, free));
  if (attained) return found.end === "infimum" ? { ...found, end: "minimum" } : found;
  const flat = (w: Vec): number => flatDirections(objective, w, free).length;
  const vanished = found.end === "minimum" && flat(found.w) > flat(begin);
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
function nearestToZero(objective: Objective, w: Vec, flat: readonly Vec[]): Vec {
  const near = w.slice();
  for (const direction of orthonormal(flat)) remove(near, direction);
  return objective.value(near) <= objective.value(w) * (1 + NOISE) ? near : w;
}
