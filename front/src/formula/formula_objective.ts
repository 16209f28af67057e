// The objective of a formula: a point is a number for each variable, in natural order of their names.

import { Refusal } from "../refusal";
import type { Objective, Vec } from "../types";
import type { Formula } from "./formula";

const MOST = 64; // variables

/** Throws a Refusal where there is nothing to descend on, or too much. */
export function formulaObjective(formula: Formula): Objective {
  const size = formula.names.length;
  if (size === 0) throw new Refusal("the formula has no variable: it is the same everywhere");
  if (size > MOST) throw new Refusal(`the formula has ${size} variables: the page takes ${MOST} at most`);
  const quadratic = formula.degree <= 2;
  return {
    task: "formula",
    names: formula.names,
    size,
    rows: 0,
    quadratic,
    convex: quadratic && isConvex(formula.hessian(new Float64Array(size)), size),
    value: formula.value,
    gradient: (w, out) => {
      formula.gradient(w, out);
    },
    hessian: formula.hessian,
    raw: (w) => w.slice(),
    scaled: (raw) => raw.slice(),
  };
}

/** Whether no curvature of the matrix H (d x d) is below zero, to rounding: by elimination, the largest pivot first. */
function isConvex(H: Vec, d: number): boolean {
  const rest = new Set(Array.from({ length: d }, (_, j) => j));
  const pivot = (j: number): number => H[j * d + j];
  const least = 1e-12 * Math.max(...H.map(Math.abs), 0);
  while (rest.size > 0) {
    const top = [...rest].reduce((best, j) => (pivot(j) > pivot(best) ? j : best));
    if (!(pivot(top) > least)) return [...rest].every((j) => [...rest].every((k) => Math.abs(H[j * d + k]) <= least));
    rest.delete(top);
    for (const j of rest) for (const k of rest) H[j * d + k] -= (H[j * d + top] * H[top * d + k]) / pivot(top);
  }
  return true;
}
