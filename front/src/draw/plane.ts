// The line or plane of parameters that the map shows, and coordinates of points in it.
// One or two free parameters are the axes themselves; more are shown on the plane through start, answer and minimum.

import { dot, freeOf, stateOf, unitVector } from "../engine/parameters";
import type { Scene, Vec } from "../types";
import { brief } from "./text";
import { lastSound, startOf } from "./runs";

export interface Plane {
  /** Directions of the axes: one for a single free parameter. */
  readonly along: readonly Vec[];
  readonly labels: readonly string[];
  /** What the plane is, if it is not simply the free parameters; otherwise "". */
  readonly words: string;
  /** The parameters that are the axes; null: directions through several of them. */
  readonly axes: readonly number[] | null;
  point(x: number, y?: number): Vec;
  coordinates(w: ArrayLike<number>): readonly [number, number];
}

const ROUNDING = 1e-9; // share of the way below which a distance is rounding

export function planeOf(scene: Scene): Plane {
  const { objective, settings } = scene;
  const free = freeOf(settings.fixed, objective.size);
  if (free.length > 2) return throughPoints(scene, free);
  return slice(scene, free.length ? free : [0]);
}

function slice(scene: Scene, axes: readonly number[]): Plane {
  const { objective } = scene;
  const start = startOf(scene);
  const origin = Float64Array.from({ length: objective.size }, (_, j) => (axes.includes(j) ? 0 : start[j]));
  const along = axes.map((j) => unitVector(j, objective.size));
  const others = objective.names.length - axes.length;
  const kept = objective.names.findIndex((_, j) => !axes.includes(j));
  return {
    along,
    axes,
    labels: axes.map((j) => objective.names[j]),
    words: others > 1 ? `${others} parameters are fixed` : others ? `${brief(objective.names[kept])} is fixed` : "",
    point(x, y = 0) {
      const w = origin.slice();
      w[axes[0]] = x;
      if (axes.length > 1) w[axes[1]] = y;
      return w;
    },
    coordinates: (w) => [w[axes[0]], axes.length > 1 ? w[axes[1]] : 0],
  };
}

/** The plane through start, answer and minimum: x is 0 at the start and 1 at the minimum. */
function throughPoints(scene: Scene, free: readonly number[]): Plane {
  const { objective, facts, runs } = scene;
  const p = objective.size;
  const size = scales(scene);
  const start = startOf(scene);
  const away = (w: ArrayLike<number>) => Float64Array.from({ length: p }, (_, j) => (w[j] - start[j]) * size[j]);
  const answer = runs.length ? stateOf(runs[0], lastSound(runs[0])) : start;
  const states = sample(scene).map(away);
  const goal = facts.best ?? answer;
  const first = norm(away(goal)) > 0 ? away(goal) : farthest(states, []) ?? unitVector(free[0], p);
  const ray = scaled(first, 1 / norm(first));
  const direct = across(away(answer), ray);
  const exact = norm(direct) > ROUNDING * norm(first);
  const second = exact ? direct : farthest(states, [ray], ROUNDING * norm(first)) ?? leastAlong(ray, free);
  const side = scaled(second, 1 / norm(second));
  const reach = norm(first);
  const along = [first, scaled(side, reach)].map((v) => v.map((value, j) => value / size[j]));
  const end = facts.best ? "minimum" : "last state";
  const points = exact && facts.best ? "start, answer and minimum" : `start and ${end}`;
  const most = (v: Vec) => brief(objective.names[largest(v)], 28);
  return {
    along,
    axes: null,
    labels: [`start 0, ${end} 1 (mostly ${most(first)})`, `across (mostly ${most(side)})`],
    words: `plane of ${free.length} parameters through ${points}`,
    point: (x, y = 0) => start.map((value, j) => value + x * along[0][j] + y * along[1][j]),
    coordinates(w) {
      const v = away(w);
      return [dot(v, ray) / reach, dot(v, side) / reach];
    },
  };
}

/** Units in which parameters are alike: with the root of its curvature a parameter's step of 1 costs 1/2. */
function scales({ facts, objective }: Scene): Vec {
  const p = objective.size;
  const curvature = new Float64Array(p);
  facts.eigenvalues.forEach((value, i) => {
    for (let j = 0; j < p; j++) curvature[j] += value * facts.eigenvectors[i * p + j] ** 2;
  });
  return curvature.map((value) => (value > 1e-300 && value < 1e300 ? Math.sqrt(value) : 1));
}

/** Some states of the leading run. */
function sample({ runs }: Scene): Vec[] {
  if (!runs.length) return [];
  const last = lastSound(runs[0]);
  const count = Math.min(last, 100);
  return Array.from({ length: count }, (_, i) => stateOf(runs[0], Math.round(((i + 1) * last) / count)));
}

function farthest(states: readonly Vec[], from: readonly Vec[], least = 0): Vec | null {
  const distances = states.map((v) => from.reduce(across, v)).filter((v) => norm(v) > least && norm(v) < 1e150);
  return distances.length ? distances.reduce((a, b) => (norm(b) > norm(a) ? b : a)) : null;
}

/** The free parameter that a direction goes along least, at right angles to it. */
function leastAlong(ray: Vec, free: readonly number[]): Vec {
  const j = free.reduce((a, b) => (Math.abs(ray[b]) < Math.abs(ray[a]) ? b : a));
  return across(unitVector(j, ray.length), ray);
}

const norm = (v: Vec): number => Math.hypot(...v);
const scaled = (v: Vec, by: number): Vec => v.map((value) => value * by);
const across = (v: Vec, ray: Vec): Vec => {
  const along = dot(v, ray);
  return v.map((value, j) => value - along * ray[j]);
};
const largest = (v: Vec): number => v.reduce((best, value, j) => (Math.abs(value) > Math.abs(v[best]) ? j : best), 0);
