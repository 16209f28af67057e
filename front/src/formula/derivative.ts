// Rise over run: slopes of secants as the run shrinks, and the tangent's, which is their limit (lesson T1).

import { Refusal } from "../refusal";
import type { Formula } from "./formula";

/** A secant from x: its run dx, and rise over run. */
export interface Secant {
  readonly run: number;
  readonly slope: number;
}

/** The slope of the tangent at x, exact to rounding, of a formula of one variable. */
export function derivative(formula: Formula, x: number): number {
  refuseSeveral(formula);
  const slope = new Float64Array(formula.names.length);
  const value = formula.gradient([x], slope);
  if (!Number.isFinite(value) || !slope.every(Number.isFinite)) {
    throw new Refusal(`the function has no finite slope at ${Number(x.toPrecision(6))}`);
  }
  return slope[0] ?? 0;
}

/** The slopes of secants from x. */
export function secants(formula: Formula, x: number, runs: readonly number[]): Secant[] {
  refuseSeveral(formula);
  const start = formula.value([x]);
  return runs.map((run) => ({ run, slope: (formula.value([x + run]) - start) / run }));
}

function refuseSeveral({ names }: Formula): void {
  if (names.length <= 1) return;
  throw new Refusal(`the formula has ${names.length} variables, ${names.join(", ")}: write one of a single variable`);
}
