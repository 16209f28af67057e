// The minimum of a cost of straight pieces, exactly: from corner to corner, along the edges that descend.

import type { Objective, Vec } from "../types";
import { remove } from "./curvature";
import { losses } from "./engine.gen";
import type { Minimum } from "./newton";
import { dot } from "./parameters";
import { parseSpec } from "./spec";

const APART = 1e-9; // jumps are moved apart by this share of their size, so that no two corners are at one place
const LEVEL = 1e-11; // slope, as a share of the steepest that is possible, that counts as none
const PARALLEL = 1e-12; // cosine of the angle between a row and a direction that counts as none

/** A place where the slope of a row's loss jumps: x . w = z. */
interface Jump {
  readonly x: Vec; // p, 0 where a parameter is fixed
  readonly exact: number; // z
  readonly z: number; // moved apart from others, less the part of fixed parameters
  readonly size: number; // of the jump of the slope, divided by the rows
}

/** The cost as the sum of a linear function and of jumps. */
interface Pieces {
  readonly slope: Vec; // gradient left of all jumps
  readonly jumps: readonly Jump[];
}

/** The minimum of a table whose loss has straight pieces. */
export function cornerMinimum(objective: Objective, begin: Vec, free: readonly number[]): Minimum {
  const pieces = piecesOf(objective, begin, free);
  const level = LEVEL * pieces.jumps.reduce((total, { x, size }) => total + size * length(x), length(pieces.slope));
  const v = begin.map((value, j) => (free.includes(j) ? value : 0)); // the free part of w
  let active: Jump[] = [];
  for (let i = 0; i < 10 * (pieces.jumps.length + free.length); i++) {
    const edge = edgeFrom(pieces, v, active, level);
    if (edge === null) break;
    active = edge.active;
    const hit = lowestAlong(pieces, v, edge.direction, [...active, ...edge.left], level);
    if (hit === null) break;
    add(v, edge.direction, (hit.z - dot(hit.x, v)) / dot(hit.x, edge.direction));
    active.push(hit);
  }
  settle(v, active);
  const w = begin.map((value, j) => (free.includes(j) ? v[j] : value));
  return { w, cost: objective.value(w), end: "minimum" };
}

function piecesOf(objective: Objective, begin: Vec, free: readonly number[]): Pieces {
  const { table, size: p, rows: n } = objective;
  const slope = new Float64Array(p);
  const jumps: Jump[] = [];
  if (!table) return { slope, jumps };
  const { record, self } = parseSpec(table.loss, losses, "loss");
  const fixed = begin.map((value, j) => (free.includes(j) ? 0 : value));
  const found = table.target.values.map((y) => record.jumps?.(self, y) ?? []);
  const largest = Math.max(...found.flat().map(([z]) => Math.abs(z))) || 1;
  table.target.values.forEach((y, row) => {
    const x = rowOf(objective, row, free);
    const rest = table.linear(fixed, row);
    const before = Math.min(...found[row].map(([z]) => z)) - largest;
    add(slope, x, record.slope(self, before, y) / n);
    for (const [z, jump] of found[row]) {
      const apart = APART * largest * Math.sin(1 + 7.3 * jumps.length);
      jumps.push({ x, exact: z - rest, z: z - rest + apart, size: jump / n });
    }
  });
  return { slope, jumps };
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

interface Edge {
  readonly direction: Vec;
  readonly active: Jump[]; // jumps at which it stays
  readonly left: Jump[]; // the one that it leaves
}

/** A direction that descends from the corner v; null: there is none. */
function edgeFrom(pieces: Pieces, v: Vec, active: readonly Jump[], level: number): Edge | null {
  const g = gradientAt(pieces, v, active);
  const rest = multipliers(g, active);
  if (length(rest.g) > level) return { direction: rest.g.map((value) => -value), active: [...active], left: [] };
  const beyond = active.map((jump, k) => Math.max(-rest.shares[k], rest.shares[k] - jump.size));
  const worst = beyond.indexOf(Math.max(...beyond));
  if (worst < 0 || beyond[worst] * length(active[worst].x) <= level) return null;
  const jump = active[worst];
  const kept = active.filter((each) => each !== jump);
  return { direction: multipliers(g, kept).g.map((value) => -value), active: kept, left: [jump] };
}

/** The gradient without the jumps at which v stays. */
function gradientAt({ slope, jumps }: Pieces, v: Vec, active: readonly Jump[]): Vec {
  const g = slope.slice();
  for (const jump of jumps) {
    if (active.includes(jump) || dot(jump.x, v) <= jump.z) continue;
    add(g, jump.x, jump.size);
  }
  return g;
}

/** The shares of the active jumps' slopes that bring the gradient nearest to 0, and what is left of it. */
function multipliers(g: Vec, active: readonly Jump[]): { readonly shares: number[]; readonly g: Vec } {
  const rest = g.slice();
  const units: Vec[] = [];
  const solved: number[][] = []; // each unit as a sum of rows
  active.forEach(({ x }, k) => {
    const unit = x.slice();
    const made = active.map((_, a) => (a === k ? 1 : 0));
    units.forEach((other, b) => {
      const part = dot(unit, other);
      add(unit, other, -part);
      made.forEach((_, a) => (made[a] -= part * solved[b][a]));
    });
    const away = length(unit);
    units.push(unit.map((value) => value / away));
    solved.push(made.map((value) => value / away));
  });
  const shares = active.map(() => 0);
  units.forEach((unit, k) => {
    const part = dot(rest, unit);
    remove(rest, unit);
    shares.forEach((_, a) => (shares[a] -= part * solved[k][a]));
  });
  return { shares, g: rest };
}

/** The jump at which the cost along a direction is lowest; null: it does not descend. `left` are jumps at v. */
function lowestAlong(pieces: Pieces, v: Vec, direction: Vec, left: readonly Jump[], level: number): Jump | null {
  let rise = dot(pieces.slope, direction) + level * length(direction);
  const ahead: { readonly jump: Jump; readonly share: number; readonly more: number }[] = [];
  for (const jump of pieces.jumps) {
    const speed = dot(jump.x, direction);
    const away = jump.z - dot(jump.x, v);
    const leaves = left.includes(jump);
    if (leaves ? speed > 0 : away < 0) rise += jump.size * speed;
    const meets = !leaves && away * speed > 0 && Math.abs(speed) > PARALLEL * length(jump.x) * length(direction);
    if (meets) ahead.push({ jump, share: away / speed, more: jump.size * Math.abs(speed) });
  }
  if (rise >= 0) return null;
  ahead.sort((a, b) => a.share - b.share);
  return ahead.find(({ more }) => (rise += more) >= 0)?.jump ?? null;
}

/** Moves v to where the active jumps are exactly. */
function settle(v: Vec, active: readonly Jump[]): void {
  const units: Vec[] = [];
  for (const { x, exact } of active) {
    const unit = x.slice();
    for (const other of units) remove(unit, other);
    const away = length(unit);
    units.push(unit.map((value) => value / away));
    add(v, units[units.length - 1], (exact - dot(x, v)) / away);
  }
}

function length(v: Vec): number {
  return Math.sqrt(dot(v, v));
}

/** Adds a multiple of b to a. */
function add(a: Vec, b: Vec, share: number): void {
  for (let j = 0; j < a.length; j++) a[j] += share * b[j];
}
