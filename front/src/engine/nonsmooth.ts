// The minimum of a loss whose slope jumps: Newton's method on smooth losses that come nearer and nearer to it.

import type { Objective, Vec } from "../types";
import { remove } from "./curvature";
import { losses } from "./engine.gen";
import { newton } from "./newton";
import type { Fields, Loss } from "./records";
import { parseSpec } from "./spec";

const NARROWEST = 1e-10; // width of the last smooth loss, as a share of the first
const REACH = 100; // widths of the last loss within which a row may be at a jump
const INDEPENDENT = 1e-9; // part of a row that others do not give, as a share of it

/** The loss averaged over z - width .. z + width; exact for straight pieces with at most one jump in it. */
export function smoothed(loss: Loss, width: number): Loss {
  const value = (self: Fields, z: number, y: number): number => {
    const [left, right] = [loss.value(self, z - width, y), loss.value(self, z + width, y)];
    const s = jumpAt(loss, self, z, y, width);
    const middle = left + loss.slope(self, z - width, y) * s;
    return (s * (left + middle) + (2 * width - s) * (middle + right)) / (4 * width);
  };
  const slope = (self: Fields, z: number, y: number): number =>
    (loss.value(self, z + width, y) - loss.value(self, z - width, y)) / (2 * width);
  const secondDerivative = (self: Fields, z: number, y: number): number =>
    (loss.slope(self, z + width, y) - loss.slope(self, z - width, y)) / (2 * width);
  return { ...loss, value, slope, secondDerivative, values: loop(value), slopes: loop(slope), secondDerivatives: loop(secondDerivative) };
}

function loop(one: (self: Fields, z: number, y: number) => number): Loss["values"] {
  return (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = one(self, z[i], y[i]);
  };
}

/** How far above z - width the slope jumps; 0 where it does not. */
function jumpAt(loss: Loss, self: Fields, z: number, y: number, width: number): number {
  const [before, after] = [loss.slope(self, z - width, y), loss.slope(self, z + width, y)];
  const rise = loss.value(self, z + width, y) - loss.value(self, z - width, y);
  return after > before ? Math.min(Math.max((2 * width * after - rise) / (after - before), 0), 2 * width) : 0;
}

/** The minimum of a table's cost whose loss has jumps of its slope. */
export function kinkedMinimum(objective: Objective, begin: Vec, free: readonly number[]): Vec {
  const { table } = objective;
  if (!table || !objective.smoothed) return begin;
  const targets = table.target.values;
  const first = table.classes ? 1 : Math.max(...targets) - Math.min(...targets) || 1;
  let w = begin;
  for (let width = first; width >= first * NARROWEST; width /= 10) w = newton(objective.smoothed(width), w, free, () => false).w;
  const corner = cornerNear(objective, w, free, REACH * NARROWEST * first);
  return objective.value(corner) <= objective.value(w) ? corner : w;
}

/** The point near w where as many rows as there are free parameters are exactly where their loss jumps. */
function cornerNear(objective: Objective, w: Vec, free: readonly number[], reach: number): Vec {
  const corner = w.slice();
  const taken: Vec[] = [];
  for (const { row, z } of jumpsNear(objective, w, reach)) {
    if (taken.length === free.length) break;
    const x = rowOf(objective, row, free);
    const apart = x.slice();
    for (const other of taken) remove(apart, other);
    const length = Math.hypot(...apart);
    if (length <= INDEPENDENT * Math.hypot(...x)) continue;
    taken.push(apart.map((value) => value / length));
    const change = (z - (objective.table?.linear(corner, row) ?? z)) / length;
    corner.forEach((_, j) => (corner[j] += change * taken[taken.length - 1][j]));
  }
  return corner;
}

/** Rows whose z is within reach of a jump, and where that is; the nearest first. */
function jumpsNear(objective: Objective, w: Vec, reach: number): { readonly row: number; readonly z: number; readonly away: number }[] {
  const { table } = objective;
  if (!table) return [];
  const { record, self } = parseSpec(table.loss, losses, "loss");
  const found = table.target.values.map((y, row) => {
    const z = table.linear(w, row);
    const jump = z - reach + jumpAt(record, self, z, y, reach);
    return { row, z: jump, away: Math.abs(jump - z) };
  });
  return found.filter(({ away }) => away < reach).sort((a, b) => a.away - b.away);
}

/** The free numbers of a row, with 1 for the intercept. */
function rowOf(objective: Objective, row: number, free: readonly number[]): Vec {
  const x = new Float64Array(objective.size);
  for (const j of free) {
    const unit = new Float64Array(objective.size);
    unit[j] = 1;
    x[j] = objective.table?.linear(unit, row) ?? 0;
  }
  return x;
}
