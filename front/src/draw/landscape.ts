// The cost on a grid over a window, and its contours at round levels. The last landscape of an objective is kept.

import { contours, type ContourMultiPolygon } from "d3-contour";
import type { Objective, Scene, Window } from "../types";
import type { Plane } from "./plane";
import { restricted } from "./restrict";
import { ticks } from "./scale";

export interface Landscape {
  readonly window: Window;
  readonly columns: number;
  readonly rows: number;
  readonly cost: Float64Array; // rows x columns, finite; row 0 is the lowest y
  readonly low: number; // of the costs in the window
  readonly high: number;
  /** The cost that levels count from: the minimum, or 0 where it is unknown. */
  readonly base: number;
  readonly known: boolean; // the base is the minimum
  readonly levels: readonly number[]; // round numbers above the base
  readonly rings: readonly ContourMultiPolygon[]; // of the levels, in cells
  /** A point of a ring in the coordinates of the window. */
  at(column: number, row: number): readonly [number, number];
}

const CELLS = 64 * 48;
const EVALUATIONS = 600_000; // rows x cells of one landscape
const LEVELS = 9;

const kept = new WeakMap<Objective, { readonly key: string; readonly landscape: Landscape }>();

export function landscapeOf(scene: Scene, plane: Plane, window: Window): Landscape {
  const { objective, facts } = scene;
  const key = JSON.stringify([window, facts.least, [...plane.point(0, 0)], plane.along.map((v) => [...v])]);
  const known = kept.get(objective);
  if (known?.key === key) return known.landscape;
  const landscape = survey(scene, plane, window);
  kept.set(objective, { key, landscape });
  return landscape;
}

function survey({ objective, facts }: Scene, plane: Plane, window: Window): Landscape {
  const cells = objective.quadratic ? CELLS : Math.min(CELLS, Math.max(600, EVALUATIONS / Math.max(1, objective.rows)));
  const rows = Math.round(Math.sqrt(cells * 0.75));
  const columns = Math.round(cells / rows);
  const at = (column: number, row: number): readonly [number, number] => [
    window.x[0] + ((column - 0.5) / (columns - 1)) * (window.x[1] - window.x[0]),
    window.y[0] + ((row - 0.5) / (rows - 1)) * (window.y[1] - window.y[0]),
  ];
  const value = restricted(objective, plane.point(0, 0), plane.along[0], plane.along[1]);
  const cost = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) cost[i * columns + j] = value(...at(j + 0.5, i + 0.5));
  const { low, high } = mend(cost);
  const known = Number.isFinite(facts.least) && facts.least <= low + 1e-9 * (high - low);
  const base = known ? facts.least : 0;
  const levels = levelsOf(cost, base, low, high);
  const thresholds = levels.map((level) => base + level);
  const rings = contours().size([columns, rows]).thresholds(thresholds)(cost as unknown as number[]);
  return { window, columns, rows, cost, low, high, base, known, levels, rings, at };
}

/** Replaces costs that are not finite by the highest finite one. */
function mend(cost: Float64Array): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of cost)
    if (Math.abs(value) < 1e300) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (low > high) [low, high] = [0, 0];
  for (let i = 0; i < cost.length; i++) if (!(Math.abs(cost[i]) < 1e300)) cost[i] = high;
  return { low, high };
}

/** Round levels: in equal ratios above a minimum, in equal differences elsewhere. */
function levelsOf(cost: Float64Array, base: number, low: number, high: number): number[] {
  if (!(high - low > 1e-12 * Math.max(Math.abs(low), Math.abs(high)))) return [];
  const near = Float64Array.from(cost).sort()[Math.floor(0.006 * cost.length)] - base;
  if (base > low || !(near > 0) || (high - base) / near < 20)
    return ticks(low - base, high - base, LEVELS).filter((v) => v > low - base && v < high - base);
  return ratios(near, high - base);
}

/** 1, 2, 5, 10 ...; 1, 10 ... or fewer, where the range is wide. */
export function ratios(from: number, to: number): number[] {
  const [first, last] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))];
  const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  for (const digits of [[1, 2, 5], [1, 3]]) {
    const levels = all
      .flatMap((power) => digits.map((d) => Number(`${d}e${power}`)))
      .filter((v) => v >= from && v < to);
    if (levels.length <= LEVELS) return levels;
  }
  const powers = all.map((power) => Number(`1e${power}`)).filter((v) => v >= from && v < to);
  return powers.filter((_, i) => (powers.length - 1 - i) % Math.ceil(powers.length / LEVELS) === 0);
}
