// Eigenvalues of small symmetric matrices, by Jacobi's rotations: they keep the digits of small eigenvalues.

import type { Vec } from "../types";

export interface Eigen {
  readonly values: Vec; // ascending
  readonly vectors: readonly Vec[]; // in the same order, of length 1
}

const SWEEPS = 60;

/** Eigenvalues and eigenvectors of a symmetric matrix, p x p. */
export function eigenOf(matrix: Vec, p: number): Eigen {
  const A = matrix.slice();
  const V = new Float64Array(p * p);
  for (let j = 0; j < p; j++) V[j * p + j] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) if (!rotateAll(A, V, p)) break;
  const order = Array.from({ length: p }, (_, j) => j).sort((a, b) => A[a * p + a] - A[b * p + b]);
  const vectors = order.map((j) => V.slice(j * p, (j + 1) * p));
  return { values: Float64Array.from(order, (j) => A[j * p + j]), vectors };
}

/** One sweep over all pairs; whether a rotation was needed. */
function rotateAll(A: Vec, V: Vec, p: number): boolean {
  let rotated = false;
  for (let a = 0; a < p; a++) {
    for (let b = a + 1; b < p; b++) {
      const size = Math.sqrt(Math.abs(A[a * p + a] * A[b * p + b]));
      if (Math.abs(A[a * p + b]) <= Number.EPSILON * size || A[a * p + b] === 0) continue;
      rotate(A, V, p, a, b);
      rotated = true;
    }
  }
  return rotated;
}

/** The rotation in the plane of coordinates a and b that makes A[a][b] zero. */
function rotate(A: Vec, V: Vec, p: number, a: number, b: number): void {
  const theta = (A[b * p + b] - A[a * p + a]) / (2 * A[a * p + b]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const change = t * A[a * p + b];
  A[a * p + a] -= change;
  A[b * p + b] += change;
  A[a * p + b] = A[b * p + a] = 0;
  for (let k = 0; k < p; k++) {
    [V[a * p + k], V[b * p + k]] = [c * V[a * p + k] - s * V[b * p + k], s * V[a * p + k] + c * V[b * p + k]];
    if (k === a || k === b) continue;
    const [x, y] = [A[k * p + a], A[k * p + b]];
    A[k * p + a] = A[a * p + k] = c * x - s * y;
    A[k * p + b] = A[b * p + k] = s * x + c * y;
  }
}
