// The eigendirections of the cost: the factor by which a step of plain descent multiplies the distance along each.

import type { Facts, Vec } from "../types";

export interface Band {
  readonly curvature: number;
  readonly direction: Vec;
  readonly factor: number; // 1 - rate x curvature
  readonly fate: "crawls" | "shrinks" | "bounces" | "grows" | "stays";
}

const ROUNDING = 2 ** -50; // share of the largest curvature, times their number, that is rounding
const SLOW = 0.99; // a factor above it: less than 1 % of the distance goes in a step

/** Curvatures above 0 beyond rounding, ascending. */
export function curvatures(facts: Facts): readonly number[] {
  const values = [...facts.eigenvalues].filter(Number.isFinite);
  const largest = Math.max(0, ...values);
  return values.filter((value) => value > values.length * ROUNDING * largest);
}

/** What a plain step at this rate does along each eigenvector, flattest first. */
export function bandsOf(facts: Facts, rate: number): readonly Band[] {
  const size = facts.eigenvalues.length === 0 ? 0 : facts.eigenvectors.length / facts.eigenvalues.length;
  return [...facts.eigenvalues].map((curvature, i) => {
    const factor = 1 - rate * curvature;
    const direction = facts.eigenvectors.slice(i * size, (i + 1) * size);
    return { curvature, direction, factor, fate: fateOf(factor) };
  });
}

function fateOf(factor: number): Band["fate"] {
  if (factor === 1) return "stays";
  if (Math.abs(factor) > 1) return "grows";
  if (factor < 0) return "bounces";
  return factor > SLOW ? "crawls" : "shrinks";
}
