// The rows of a table in the coordinates of the descent, each with its 1 for the intercept: z = x . w.

import { unitVector } from "../engine/parameters";
import type { Objective, TableObjective, Vec } from "../types";

const known = new WeakMap<Objective, Vec>();

/** The rows (n x p), made once for an objective. */
export function predictorsOf(objective: Objective, table: TableObjective): Vec {
  const found = known.get(objective) ?? made(objective, table);
  known.set(objective, found);
  return found;
}

function made({ rows, size }: Objective, table: TableObjective): Vec {
  const X = new Float64Array(rows * size);
  for (let j = 0; j < size; j++) {
    const unit = unitVector(j, size);
    for (let i = 0; i < rows; i++) X[i * size + j] = table.linear(unit, i);
  }
  return X;
}

/** The square of the length of the longest row. */
export function longestSquare(X: Vec, size: number): number {
  let longest = 0;
  for (let i = 0; i < X.length; i += size) longest = Math.max(longest, Math.hypot(...X.subarray(i, i + size)) ** 2);
  return longest;
}

/** The mean of x x' over the rows, among the free coordinates. */
export function meanOfSquares(X: Vec, size: number, free: readonly number[]): Vec {
  const [rows, m] = [X.length / size, free.length];
  const matrix = new Float64Array(m * m);
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < m; a++) {
      const x = X[i * size + free[a]] / rows;
      for (let b = 0; b < m; b++) matrix[a * m + b] += x * X[i * size + free[b]];
    }
  }
  return matrix;
}
