// The quadratic model of an objective at a point: gradient and Hessian over the free coordinates, in columns of size 1.

import { eigenOf } from "../engine/eigen";
import { dot, largest, unitVector } from "../engine/parameters";
import type { Objective, Vec } from "../types";

export const UNIT = 2 ** -53; // relative error of one rounding
export const ROUNDING = 8 * UNIT; // relative rounding of a cost

export interface Model {
  readonly w: Vec;
  readonly cost: number;
  readonly free: readonly number[];
  readonly sizes: Vec; // p: roots of the Hessian's diagonal
  readonly gradient: Vec; // over the free coordinates
  readonly along: Vec; // the gradient along the eigenvectors
  readonly values: Vec; // eigenvalues of the Hessian in columns of size 1
  readonly vectors: readonly Vec[];
  readonly flat: readonly boolean[]; // eigenvalues that are rounding
}

/** The model at w; null where a derivative is not finite. */
export function modelAt(objective: Objective, w: Vec, free: readonly number[]): Model | null {
  const p = objective.size;
  const H = objective.hessian(w);
  const whole = new Float64Array(p);
  objective.gradient(w, whole);
  const gradient = Float64Array.from(free, (j) => whole[j]);
  if (!H.every(Number.isFinite) || !gradient.every(Number.isFinite)) return null;
  const sizes = Float64Array.from({ length: p }, (_, j) => Math.sqrt(Math.max(H[j * p + j], 0)));
  const inverse = free.map((j) => (sizes[j] > 0 ? 1 / sizes[j] : 0));
  const scaled = Float64Array.from(free.flatMap((j, a) => free.map((k, b) => H[j * p + k] * inverse[a] * inverse[b])));
  const { values, vectors } = eigenOf(scaled, free.length);
  const along = Float64Array.from(vectors, (v) => v.reduce((sum, x, a) => sum + x * gradient[a] * inverse[a], 0));
  const largest = Math.max(1, ...values);
  const flat = [...values].map((value) => value <= values.length * ROUNDING * largest);
  return { w, cost: objective.value(w), free, sizes, gradient, along, values, vectors, flat };
}

/** g' H^-1 g, of a quadratic its half; null where g has a component that H has no curvature for. */
export function decrement({ along, values, gradient, sizes, free, flat }: Model, quadratic: boolean): number | null {
  const apart = significant(along, flat) || significant(gradient, free.map((j) => sizes[j] === 0));
  if (!quadratic && apart) return null;
  const sum = along.reduce((total, a, i) => (flat[i] ? total : total + (a * a) / values[i]), 0);
  return quadratic ? 0.5 * sum : sum;
}

/** x' H^-1 x. */
export function lengthOf({ free, sizes, vectors, values, flat }: Model, x: Vec): number {
  const scaled = Float64Array.from(free, (j) => (sizes[j] > 0 ? x[j] / sizes[j] : 0));
  return vectors.reduce((sum, v, i) => (flat[i] ? sum : sum + dot(v, scaled) ** 2 / values[i]), 0);
}

/** Sum of the sizes of the terms of a prediction, those of a shift of the columns included. */
export function reachOf(model: Model, objective: Objective, unit: number): number {
  const last = model.w.length - 1;
  return model.w.reduce((sum, value, j) => {
    const shift = j < last ? Math.abs(objective.raw(unitVector(j, last + 1))[last]) * unit : 0;
    return sum + (model.sizes[j] + shift) * Math.abs(value);
  }, 0);
}

/** Whether the chosen slopes are larger than the rounding of all slopes. */
function significant(slopes: Vec, chosen: readonly boolean[]): boolean {
  const most = largest(slopes);
  return slopes.some((slope, i) => chosen[i] && Math.abs(slope) > 1e-7 * most + 1e-13);
}
