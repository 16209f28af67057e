// The gap of an answer to the minimum, by second derivatives: the mirror of steepest/optimality/certificate.py for a table
// without penalty. For squared losses g' H^-1 g / 2 is the gap; for others g' H^-1 g covers it near the optimum only.

import { losses } from "../engine/engine.gen";
import type { Loss } from "../engine/records";
import { parseSpec } from "../engine/spec";
import type { Objective, TableObjective, Vec } from "../types";
import type { Sense } from "./evidence";
import { predictorsOf } from "./predictors";
import { eigen } from "./symmetric";

export interface Certificate {
  readonly gap: number | null; // with a bound of rounding; null: unknown
  readonly sense: Sense;
  readonly local: boolean; // whether the second derivatives hold up to the optimum
  readonly rounding: number; // the part of the gap that bounds rounding
}

export const UNIT = 2 ** -53;
export const ROUNDING = 8 * UNIT; // relative rounding of a cost
const MOVE = 0.5; // largest move of a predictor up to which second derivatives change by less than a factor e^(1/2)

/** The certificate of the point w, over the coordinates that are free. */
export function certify(objective: Objective, table: TableObjective, w: Vec, free: readonly number[]): Certificate {
  const { record: loss } = parseSpec(table.loss, losses, "loss");
  const sense: Sense = loss.quadratic ? "exact" : "predicted";
  const model = modelAt(objective, w, free);
  const predicted = model && !loss.nonsmooth ? decrement(model, loss.quadratic) : null;
  const cost = objective.value(w);
  if (model === null || predicted === null) return { gap: null, sense, local: true, rounding: 0 };
  const rounding = ROUNDING * Math.abs(cost) + ofPredictions(model, loss, cost, w);
  const local = loss.quadratic || largestMove(objective, table, loss, model, w, predicted) <= MOVE;
  const gap = predicted + rounding;
  return Number.isFinite(gap) ? { gap, sense, local, rounding } : { gap: null, sense, local, rounding: 0 };
}

/** The certificate, or that the minimum is at least 0 where this says more: the loss of no row is below 0. */
export function atMostCost(known: Certificate, cost: number, table: TableObjective): Certificate {
  const { record: loss, self } = parseSpec(table.loss, losses, "loss");
  const idle = loss.labels && loss.value(self, 0, 0) === 0 && loss.value(self, 0, 1) === 0; // the minimum is 0, at 0
  const most = cost * (1 + Math.sqrt(UNIT));
  if (known.gap === null) return cost === 0 || idle ? { ...known, gap: most, sense: "proven" } : known;
  return known.gap > cost && most < known.gap ? { ...known, gap: most } : known;
}

interface Model {
  readonly free: readonly number[];
  readonly size: Vec; // roots of the Hessian's diagonal
  readonly values: Vec; // eigenvalues of the Hessian in columns of size 1
  readonly along: Vec; // the gradient along its eigenvectors
  readonly vectors: readonly Vec[];
  readonly gradient: Vec; // over the free coordinates
  readonly flat: readonly boolean[]; // eigenvalues that are rounding
}

function modelAt(objective: Objective, w: Vec, free: readonly number[]): Model | null {
  const p = objective.size;
  const H = objective.hessian(w);
  const whole = new Float64Array(p);
  objective.gradient(w, whole);
  const gradient = Float64Array.from(free, (j) => whole[j]);
  if (!H.every(Number.isFinite) || !gradient.every(Number.isFinite)) return null;
  const size = Float64Array.from(free, (j) => Math.sqrt(Math.max(H[j * p + j], 0)));
  const inverse = size.map((s) => (s > 0 ? 1 / s : 0));
  const scaled = Float64Array.from(free.flatMap((j, a) => free.map((k, b) => H[j * p + k] * inverse[a] * inverse[b])));
  const { values, vectors } = eigen(scaled, free.length);
  const along = Float64Array.from(vectors, (v) => dot(v, gradient.map((g, a) => g * inverse[a])));
  const largest = Math.max(1, ...values);
  const flat = [...values].map((value) => value <= values.length * ROUNDING * largest);
  return { free, size, values, vectors, along, gradient, flat };
}

/** g' H^-1 g, of a quadratic its half; null where g has a component that H has no curvature for. */
function decrement(model: Model, quadratic: boolean): number | null {
  const { along, values, gradient, size, flat } = model;
  const apart = significant(along, flat) || significant(gradient, [...size].map((s) => s === 0));
  if (!quadratic && apart) return null;
  let sum = 0;
  along.forEach((a, i) => (sum += flat[i] ? 0 : (a * a) / values[i]));
  return quadratic ? 0.5 * sum : sum;
}

/** Whether the chosen slopes are larger than the rounding of all slopes. */
function significant(slopes: Vec, chosen: readonly boolean[]): boolean {
  const most = slopes.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return slopes.some((slope, i) => chosen[i] && Math.abs(slope) > 1e-7 * most + 1e-13);
}

/** What the rounding of predictions adds to a squared loss; it matters in an exact fit. */
function ofPredictions(model: Model, loss: Loss, cost: number, w: Vec): number {
  if (!loss.quadratic) return 0;
  const reach = model.free.reduce((sum, j, a) => sum + model.size[a] * Math.abs(w[j]), 0) / Math.sqrt(loss.curvature);
  const away = 6 * (w.length + 8) * UNIT * (2 * reach + Math.sqrt((2 * cost) / loss.curvature));
  return 0.5 * loss.curvature * away ** 2;
}

/** Bound of the change of a predictor up to the optimum; 0 where the third derivatives of the loss are not known. */
function largestMove(o: Objective, table: TableObjective, loss: Loss, model: Model, w: Vec, square: number): number {
  if (!loss.likelihood && !loss.positive) return 0;
  const predictors = predictorsOf(o, table);
  let most = 0;
  for (let i = 0; i < o.rows; i++) {
    const length = lengthOf(model, predictors.subarray(i * w.length, (i + 1) * w.length));
    most = Math.max(most, length * thirdRatio(table, loss, w, i) ** 2);
  }
  return Math.sqrt(square * most);
}

/** x' H^-1 x. */
function lengthOf({ free, size, vectors, values, flat }: Model, x: Vec): number {
  const scaled = Float64Array.from(free, (j, a) => (size[a] > 0 ? x[j] / size[a] : 0));
  return vectors.reduce((sum, v, i) => sum + (flat[i] ? 0 : dot(v, scaled) ** 2 / values[i]), 0);
}

/** Bound of the third derivative by the second: 1, except of probit, whose second over slope is r + s z. */
function thirdRatio(table: TableObjective, loss: Loss, w: Vec, row: number): number {
  if (loss.name !== "probit") return 1;
  const [z, y] = [table.linear(w, row), table.target.values[row]];
  const slope = loss.slope(loss.defaults, z, y);
  const excess = slope === 0 ? 0 : loss.secondDerivative(loss.defaults, z, y) / Math.abs(slope);
  return Math.max(excess + 0.5, 1);
}

export const dot = (a: Vec, b: Vec): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
