// Where a run on a formula stands: critical points, and functions without a minimum. The mirror of
// steepest/solve/critical_points.py; derivatives are exact, so curvatures of 1e-10 of the largest are rounding.

import { type Eigen, eigenOf } from "../engine/eigen";
import { dot, largest } from "../engine/parameters";
import { number } from "../text/number";
import type { Objective, Vec } from "../types";
import { UNIT } from "./quadratic_model";

const LASTING = 0.8; // share of the smallest curvature that a minimum keeps one Newton step further on
const NOISE = 1e-10; // share of the largest curvature, after scaling, that may be rounding
const NONE = 1e-12; // share of it that is none

interface Standing {
  readonly gap: number | null; // predicted decrease of a Newton step
  readonly curvatures: Vec; // ascending; none where they are not finite
}

export const isUpward = ({ gap, curvatures }: Standing): boolean => gap !== null && curvatures.every((c) => c > 0);

/** Largest constant rate at which plain descent is stable here. */
export function limitOf({ curvatures }: Standing): number {
  const top = curvatures.at(-1) ?? 0;
  return top > 0 ? 2 / top : Infinity;
}

/** Condition number, where every curvature is positive. */
export function conditionOf({ curvatures }: Standing): number | null {
  const [low, high] = [curvatures[0] ?? 0, curvatures.at(-1) ?? 0];
  const rounding = roundingOf(curvatures);
  return low > rounding && rounding > 0 ? high / low : null;
}

/** Derivatives at a point, summarised. */
export function stand(objective: Objective, w: Vec): Standing {
  const H = objective.hessian(w);
  const g = gradientAt(objective, w);
  if (!H.every(Number.isFinite) || !g.every(Number.isFinite)) return { gap: null, curvatures: new Float64Array(0) };
  return { gap: 0.5 * dot(g, newton(H, g)), curvatures: eigenOf(H, w.length).values };
}

/** Which kind of point this is, of slope about 0, in words with its smallest curvature. */
export function kindOf(objective: Objective, w: Vec): string {
  const [p, H] = [w.length, objective.hessian(w)];
  if (p === 0) return "a point at which every parameter is fixed";
  if (!H.every(Number.isFinite)) return "a point without finite second derivatives";
  const { likeness, size } = alike(H, p);
  const signs = eigenOf(likeness, p).values;
  const step = newton(H, gradientAt(objective, w));
  const ahead = divided(objective.hessian(w.map((value, j) => value - step[j])), size);
  const fades = !ahead.every(Number.isFinite) || eigenOf(ahead, p).values[0] < LASTING * signs[0];
  return `${word(signs, fades)}, with smallest curvature ${number(eigenOf(H, p).values[0])}`;
}

function word(signs: Vec, fades: boolean): string {
  if (signs[0] > NOISE && !fades) return "a local minimum";
  if (signs[signs.length - 1] < -NOISE) return "a local maximum";
  return signs[0] < -NOISE ? "a saddle" : "a point that is flat in some direction";
}

/** Gap of a quadratic function with this Hessian and gradient; or why it is unbounded below. */
export function quadraticForm(H: Vec, g: Vec): { readonly gap: number | null; readonly endless: string | null } {
  const p = g.length;
  const size = Math.hypot(...g);
  if (H.every((h) => h === 0)) {
    return size === 0 ? { gap: 0, endless: null } : { gap: null, endless: `its slope is ${vector(g)} everywhere` };
  }
  const straight = g.filter((_, j) => H.subarray(j * p, (j + 1) * p).every((h) => h === 0));
  if (straight.some((slope) => slope !== 0)) {
    const along = number(Math.hypot(...straight));
    return { gap: null, endless: `in a direction without curvature its slope is ${along} everywhere` };
  }
  const { values, vectors } = inertia(H, p);
  if (values[0] < -roundingOf(values)) return { gap: null, endless: bentDown(H, vectors[0]) };
  const along = vectors.map((v) => dot(v, g));
  const live = [...values].map((value) => value > roundingOf(values));
  const lost = Math.hypot(...along.filter((_, i) => !live[i]));
  if (lost > 1e-8 * Math.hypot(...along)) return { gap: null, endless: null };
  return { gap: 0.5 * along.reduce((sum, a, i) => sum + (live[i] ? (a * a) / values[i] : 0), 0), endless: null };
}

/** Evidence that the function falls without end along one of the directions from w; null if there is none. */
export function endlessFall(objective: Objective, w: Vec, directions: readonly Vec[]): string | null {
  for (const step of directions) {
    const length = Math.hypot(...step);
    if (!(length > 0 && length < Infinity)) continue;
    const reach = Math.max(1, ...w.map(Math.abs)) / length;
    const far = (power: number): Vec => w.map((x, j) => x + 10 ** power * reach * step[j]);
    const costs = Array.from({ length: 14 }, (_, k) => objective.value(far(k + 2)));
    const beyond = costs.indexOf(-Infinity);
    const falls = costs.slice(1).map((cost, k) => costs[k] - cost);
    const head = "along the direction of descent it is";
    if (beyond >= 0 && falls.slice(0, beyond).every((fall) => fall > 0)) {
      return `${head} below the smallest number at a distance of ${number(10 ** (beyond + 2), 1)}`;
    }
    const growing = falls.every((fall, k) => fall > 0 && (k === 0 || fall >= 0.99 * falls[k - 1]));
    if (!growing || !costs.every(Number.isFinite)) continue;
    return `${head} still ${number(costs[13])} at a distance of ${number(1e15, 1)}`;
  }
  return null;
}

export function gradientAt(objective: Objective, w: Vec): Vec {
  const g = new Float64Array(w.length);
  objective.gradient(w, g);
  return g;
}

/** |H|^-1 g: the curvatures without their signs, after scaling to a diagonal of 1 or -1. */
function newton(H: Vec, g: Vec): Vec {
  const { likeness, size } = alike(H, g.length);
  const { values, vectors } = eigenOf(likeness, g.length);
  const most = largest(values);
  const slope = g.map((value, j) => value / size[j]);
  const step = new Float64Array(g.length);
  vectors.forEach((v, i) => {
    const curvature = Math.abs(values[i]) <= NONE * most ? 1 : Math.abs(values[i]);
    v.forEach((x, j) => (step[j] += (x * dot(v, slope)) / curvature / size[j]));
  });
  return step;
}

/** H with a diagonal of 1 or -1, and the scale. */
function alike(H: Vec, p: number): { readonly likeness: Vec; readonly size: Vec } {
  const diagonal = Float64Array.from({ length: p }, (_, j) => Math.abs(H[j * (p + 1)]));
  const least = 1e-16 * Math.max(0, ...diagonal);
  const size = diagonal.map((d) => Math.sqrt(Math.max(d, least)) || 1);
  return { likeness: divided(H, size), size };
}

/** H with rows and columns divided by sizes. */
const divided = (H: Vec, size: Vec): Vec =>
  H.map((h, k) => h / size[Math.floor(k / size.length)] / size[k % size.length]);

/** Curvatures and directions D with D'HD their diagonal matrix, by numbers of like size. */
function inertia(H: Vec, p: number): Eigen {
  const own = Float64Array.from({ length: p }, (_, j) => Math.sqrt(Math.abs(H[j * (p + 1)])));
  const mixed = (j: number): number => Math.max(0, ...own.map((s, k) => (s > 0 ? Math.abs(H[j * p + k]) / s : 0)));
  const size = own.map((s, j) => s || mixed(j) || 1);
  const { values, vectors } = eigenOf(divided(H, size), p);
  return { values, vectors: vectors.map((v) => v.map((x, j) => x / size[j])) };
}

function bentDown(H: Vec, direction: Vec): string {
  const p = direction.length;
  const length = Math.hypot(...direction);
  const v = direction.map((x) => x / length);
  const bend = dot(v, v.map((_, j) => dot(H.subarray(j * p, (j + 1) * p), v)));
  return `it is quadratic with a curvature of ${number(bend)} everywhere`;
}

const roundingOf = (values: Vec): number => 8 * values.length * UNIT * largest(values);

const vector = (g: Vec): string =>
  g.length === 1 ? number(g[0]) : `(${[...g].slice(0, 6).map((x) => number(x)).join(", ")})`;
