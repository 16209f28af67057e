// The curvatures of the cost along its eigenvectors.

import type { Facts } from "../types";

const ROUNDING = 2 ** -50; // share of the largest curvature, times their number, that is rounding

/** Those above 0 beyond rounding, ascending. */
export function curvatures({ eigenvalues }: Facts): readonly number[] {
  const values = [...eigenvalues].filter(Number.isFinite);
  const largest = Math.max(0, ...values);
  return values.filter((value) => value > values.length * ROUNDING * largest);
}
