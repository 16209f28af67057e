// The gap of an answer to the minimum, by second derivatives: the mirror of steepest/optimality/certificate.py for
// tables without penalty. For squared losses g' H^-1 g / 2 is the gap; for others g' H^-1 g covers it near the optimum.

import { losses } from "../engine/engine.gen";
import type { Loss } from "../engine/records";
import { parseSpec } from "../engine/spec";
import type { Objective, TableObjective, Vec } from "../types";
import type { Sense } from "./evidence";
import { predictorsOf } from "./predictors";
import { decrement, lengthOf, modelAt, reachOf, ROUNDING, UNIT, type Model } from "./quadratic_model";
import { standardErrors } from "./standard_errors";

export interface Certificate {
  readonly gap: number | null; // with a bound of rounding; null: unknown
  readonly sense: Sense;
  readonly local: boolean; // whether the second derivatives hold up to the optimum
  readonly rounding: number; // the part of the gap that bounds rounding
  readonly standardErrors: number | null; // bound of the distance of each coefficient from the optimum
}

const MOVE = 0.5; // largest move of a predictor up to which second derivatives change by less than a factor e^(1/2)

/** The certificate of the point w, over the coordinates that are free. */
export function certify(objective: Objective, table: TableObjective, w: Vec, free: readonly number[]): Certificate {
  const { record: loss } = parseSpec(table.loss, losses, "loss");
  const sense: Sense = loss.quadratic ? "exact" : "predicted";
  const model = modelAt(objective, w, free);
  const predicted = model && !loss.nonsmooth ? decrement(model, loss.quadratic) : null;
  const unknown = { gap: null, sense, local: true, rounding: 0, standardErrors: null };
  if (model === null || predicted === null) return unknown;
  const rounding = ROUNDING * Math.abs(model.cost) + ofPredictions(model, objective, loss);
  const gap = predicted + rounding;
  if (!Number.isFinite(gap)) return unknown;
  const move = loss.quadratic ? 0 : largestMove(objective, table, loss, model, predicted);
  const local = move <= MOVE;
  const away = local ? standardErrors(objective, loss, model, predicted, move) : null;
  return { gap, sense, local, rounding, standardErrors: away };
}

/** The certificate, or that the minimum is at least 0 where this says more: the loss of no row is below 0. */
export function atMostCost(known: Certificate, cost: number, table: TableObjective): Certificate {
  const { record: loss, self } = parseSpec(table.loss, losses, "loss");
  const idle = loss.labels && loss.value(self, 0, 0) === 0 && loss.value(self, 0, 1) === 0; // the minimum is 0, at 0
  const most = cost * (1 + Math.sqrt(UNIT));
  if (known.gap === null) return cost === 0 || idle ? { ...known, gap: most, sense: "proven" } : known;
  return known.gap > cost && most < known.gap ? { ...known, gap: most } : known;
}

/** What the rounding of predictions adds to a squared loss; it matters in an exact fit. */
function ofPredictions(model: Model, objective: Objective, { quadratic, curvature }: Loss): number {
  if (!quadratic) return 0;
  const reach = reachOf(model, objective, Math.sqrt(curvature)) / Math.sqrt(curvature);
  const away = 6 * (model.w.length + 8) * UNIT * (2 * reach + Math.sqrt((2 * model.cost) / curvature));
  return 0.5 * curvature * away ** 2;
}

/** Bound of the change of a predictor up to the optimum; 0 where the third derivatives of the loss are not known. */
function largestMove(objective: Objective, table: TableObjective, loss: Loss, model: Model, square: number): number {
  if (!loss.likelihood && !loss.positive) return 0;
  const [predictors, p] = [predictorsOf(objective, table), objective.size];
  let most = 0;
  for (let i = 0; i < objective.rows; i++) {
    const length = lengthOf(model, predictors.subarray(i * p, (i + 1) * p));
    most = Math.max(most, length * thirdRatio(table, loss, model.w, i) ** 2);
  }
  return Math.sqrt(square * most);
}

/** Bound of the third derivative by the second: 1, except of probit, whose second over slope is r + s z. */
function thirdRatio(table: TableObjective, loss: Loss, w: Vec, row: number): number {
  if (loss.name !== "probit") return 1;
  const [z, y] = [table.linear(w, row), table.target.values[row]];
  const slope = loss.slope(loss.defaults, z, y);
  const excess = slope === 0 ? 0 : loss.secondDerivative(loss.defaults, z, y) / Math.abs(slope);
  return Math.max(excess + 0.5, 1);
}
