// The recursion of a linear rule along one eigenvector: (e, u) <- M (e, u), with the distance e from the minimum and
// the rule's memory u. M depends on rate times curvature alone. Its eigenvalues are the factors of a step.

import type { Linear } from "./rules";

/** M, row by row, for rate times curvature x: what the rule makes of unit vectors. */
export function transition(rule: Linear, x: number): Float64Array {
  const size = 1 + rule.slots;
  const matrix = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    const memory = new Float64Array(rule.slots);
    if (j > 0) memory[j - 1] = 1;
    const e = j === 0 ? 1 : 0;
    matrix[j] = e - rule.direction(x * e, memory);
    for (let k = 0; k < rule.slots; k++) matrix[(k + 1) * size + j] = memory[k];
  }
  return matrix;
}

/** The eigenvalue of largest modulus of a 1 x 1 or 2 x 2 matrix: its modulus, and whether it is a real number. */
function largestRoot(matrix: Float64Array): { readonly modulus: number; readonly real: number | null } {
  if (matrix.length === 1) return { modulus: Math.abs(matrix[0]), real: matrix[0] };
  const half = 0.5 * (matrix[0] + matrix[3]);
  const product = matrix[0] * matrix[3] - matrix[1] * matrix[2];
  const square = half * half - product;
  if (square < 0) return { modulus: Math.sqrt(product), real: null };
  const root = half + (half < 0 ? -1 : 1) * Math.sqrt(square);
  return { modulus: Math.abs(root), real: root };
}

/** The factor by which a step shrinks the distance in the long run, for rate times curvature x. */
export const shrink = (rule: Linear, x: number): number => largestRoot(transition(rule, x)).modulus;

/** Rate times curvature from which a step carries past the minimum: the eigenvalues of M, linear in x, add up to 0. */
export function turning(rule: Linear): number {
  const [before, after] = [trace(transition(rule, 0)), trace(transition(rule, 1))];
  return before / (before - after);
}

function trace(matrix: Float64Array): number {
  const size = Math.sqrt(matrix.length);
  let sum = 0;
  for (let j = 0; j < size; j++) sum += matrix[j * (size + 1)];
  return sum;
}
