// Second derivatives over the free parameters: as they are, and scaled so that rounding is the same in all of them.

import type { Facts, Objective, Vec } from "../types";
import { type Eigen, eigenOf } from "./eigen";
import { dot } from "./parameters";

const FLAT = 1e-13; // eigenvalue of the scaled Hessian that counts as 0, for each parameter

/** The Hessian scaled to a diagonal of ones, D H D, with its eigenvalues. */
interface Scaled extends Eigen {
  readonly scale: readonly number[]; // the diagonal of D
  readonly flat: number; // eigenvalue up to which the cost counts as flat
}

export function scaledCurvature(objective: Objective, w: Vec, free: readonly number[]): Scaled {
  const H = freeHessian(objective, w, free);
  const m = free.length;
  const scale = free.map((_, a) => 1 / (Math.sqrt(Math.abs(H[a * m + a])) || 1));
  const matrix = H.map((value, place) => value * scale[Math.floor(place / m)] * scale[place % m]);
  return { ...eigenOf(matrix, m), scale, flat: FLAT * m };
}

/** Eigenvalues and eigenvectors of the Hessian; the first `flat` eigenvalues are 0, as all that are rounding. */
export function curvatureAt(
  objective: Objective, w: Vec, free: readonly number[], flat: number,
): Pick<Facts, "eigenvalues" | "eigenvectors"> {
  const { values, vectors } = eigenOf(freeHessian(objective, w, free), free.length);
  const eigenvectors = new Float64Array(free.length * objective.size);
  vectors.forEach((v, k) => free.forEach((j, a) => (eigenvectors[k * objective.size + j] = v[a])));
  return {
    eigenvalues: values.map((value, k) => (k < flat || (objective.convex && value < 0) ? 0 : value)),
    eigenvectors,
  };
}

/** Directions, of p numbers each, in which the cost is flat to rounding. */
export function flatDirections(objective: Objective, w: Vec, free: readonly number[]): Vec[] {
  const { values, vectors, scale, flat } = scaledCurvature(objective, w, free);
  const found: Vec[] = [];
  values.forEach((value, k) => {
    if (Math.abs(value) > flat) return;
    const u = new Float64Array(objective.size);
    free.forEach((j, a) => (u[j] = vectors[k][a] * scale[a]));
    found.push(u);
  });
  return found;
}

/** Directions of length 1, at right angles, that span the same. */
export function orthonormal(directions: readonly Vec[]): Vec[] {
  const found: Vec[] = [];
  for (const direction of directions) {
    const u = direction.slice();
    for (const other of found) remove(u, other);
    const length = Math.hypot(...u);
    if (length > 0) found.push(u.map((each) => each / length));
  }
  return found;
}

/** Takes the part along a direction of length 1 off v. */
export function remove(v: Vec, direction: Vec): void {
  const part = dot(v, direction);
  v.forEach((_, j) => (v[j] -= part * direction[j]));
}

function freeHessian(objective: Objective, w: Vec, free: readonly number[]): Vec {
  const H = objective.hessian(w);
  const m = free.length;
  const at = (row: number, column: number): number => H[free[row] * objective.size + free[column]];
  return Float64Array.from({ length: m * m }, (_, place) => at(Math.floor(place / m), place % m));
}
