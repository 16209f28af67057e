// Eigenvalues of small symmetric matrices, with a list of eigenvectors.

import { eigenOf } from "../engine/eigen";
import type { Vec } from "../types";

export interface Eigen {
  readonly values: Vec; // ascending
  readonly vectors: readonly Vec[]; // in the same order, of length 1
}

export function eigen(matrix: Vec, size: number): Eigen {
  const { values, vectors } = eigenOf(matrix, size);
  return { values, vectors: Array.from(values, (_, i) => vectors.subarray(i * size, (i + 1) * size)) };
}
