// The cost on a line or plane of parameters. A quadratic cost needs three numbers there, however many rows it has.

import { dot } from "../engine/parameters";
import type { Objective, Vec } from "../types";

const hessians = new WeakMap<Objective, Vec>();

/** Second derivatives of a quadratic cost: the same everywhere, computed once. */
function hessianOf(objective: Objective, w: Vec): Vec {
  const known = hessians.get(objective);
  if (known) return known;
  const found = objective.hessian(w);
  hessians.set(objective, found);
  return found;
}

/** Second derivative of a quadratic cost along two directions. */
function bilinear(h: Vec, u: Vec, v: Vec): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) for (let j = 0; j < v.length; j++) sum += u[i] * h[i * v.length + j] * v[j];
  return sum;
}

/** Second derivative of the cost along a direction. */
export function curvatureAlong(objective: Objective, w: Vec, u: Vec): number {
  return bilinear(objective.quadratic ? hessianOf(objective, w) : objective.hessian(w), u, u);
}

/** The cost at origin + a u + b v. */
export function restricted(
  objective: Objective,
  origin: Vec,
  u: Vec,
  v: Vec | null = null,
): (a: number, b?: number) => number {
  const w = new Float64Array(origin.length);
  if (!objective.quadratic)
    return (a, b = 0) => {
      for (let j = 0; j < w.length; j++) w[j] = origin[j] + a * u[j] + (v ? b * v[j] : 0);
      return objective.value(w);
    };
  const value = objective.value(origin);
  objective.gradient(origin, w);
  const h = hessianOf(objective, origin);
  const [gu, huu] = [dot(w, u), bilinear(h, u, u)];
  if (!v) return (a) => value + a * (gu + 0.5 * huu * a);
  const [gv, huv, hvv] = [dot(w, v), bilinear(h, u, v), bilinear(h, v, v)];
  return (a, b = 0) => value + a * (gu + 0.5 * huu * a + huv * b) + b * (gv + 0.5 * hvv * b);
}
