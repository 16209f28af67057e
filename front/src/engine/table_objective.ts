// The objective of a table: the mean loss of its rows, by slopes and an intercept.

import type { Column, Objective, Settings, Table, Vec } from "../types";
import { losses } from "./engine.gen";
import type { Fields, Loss } from "./records";
import { parseSpec } from "./spec";
import { rawUnits, standardUnits, toRaw, toScaled } from "./units";

/** Which columns, which loss, in which units. */
export type Choice = Pick<Settings, "target" | "features" | "loss" | "standardize" | "fixed">;

/** The mean loss over the rows of a table; an Error says in words why a column does not go with the loss. */
export function tableObjective(table: Table, choice: Choice): Objective {
  const { record: loss, self } = parseSpec(choice.loss, losses, "loss");
  const features = choice.features.map((name) => columnOf(table, name));
  const target = targetFor(loss, self, columnOf(table, choice.target));
  const d = features.length;
  const values = features.map((column) => column.values);
  const units = choice.standardize ? standardUnits(values, !choice.fixed[d]) : rawUnits(d);
  const rows = { X: inUnits(values, units), y: Float64Array.from(target.values), n: table.rows, d };
  return {
    task: "table",
    names: [...features.map((column) => `slope of ${column.name}`), "intercept"],
    size: d + 1,
    rows: table.rows,
    quadratic: loss.quadratic,
    convex: true,
    value: (w) => meanLoss(rows, loss, self, w),
    gradient: (w, out, order = null, from = 0, to = rows.n) => meanSlope(rows, loss, self, w, out, order, from, to),
    hessian: (w) => meanCurvature(rows, loss, self, w),
    raw: (w) => toRaw(units, w),
    scaled: (raw) => toScaled(units, raw),
    table: {
      features, target, loss: choice.loss, classes: loss.labels,
      linear: (w, row) => predictor(rows, w, row),
      predict: (z) => loss.inverse(self, z),
    },
  };
}

/** Rows in the units of the descent, row by row. */
interface Rows {
  readonly X: Vec; // n x d
  readonly y: Vec; // n
  readonly n: number;
  readonly d: number;
}

function columnOf(table: Table, name: string): Column {
  const found = table.columns.find((column) => column.name === name);
  if (found === undefined) throw new Error(`the table has no column "${name}"`);
  return found;
}

/** The target as the loss needs it: classes as 0 and 1. */
function targetFor(loss: Loss, self: Fields, column: Column): Column {
  const name = `"${column.name}"`;
  if (loss.labels) return asClasses(loss, column);
  if (loss.positive && column.values.some((y) => y < 0)) throw new Error(`${loss.label} needs targets >= 0: ${name} has negative numbers`);
  if (column.values.some((y) => !Number.isFinite(loss.value(self, 0, y)))) throw new Error(`${loss.label} needs targets > 0: ${name} has zeros`);
  return column;
}

/** The smaller of the two values is class 0. */
function asClasses(loss: Loss, column: Column): Column {
  if (column.classes !== undefined) return column;
  const found = [...new Set(column.values)].sort((a, b) => a - b);
  if (found.length !== 2) throw new Error(`${loss.label} needs a target of two classes: "${column.name}" has ${found.length} different values`);
  const [zero, one] = found;
  return { name: column.name, values: column.values.map((y) => (y === one ? 1 : 0)), classes: [String(zero), String(one)] };
}

function inUnits(columns: readonly (readonly number[])[], { shift, scale }: { readonly shift: Vec; readonly scale: Vec }): Vec {
  const d = columns.length;
  const X = new Float64Array(d * (columns[0]?.length ?? 0));
  columns.forEach((x, j) => x.forEach((value, i) => (X[i * d + j] = (value - shift[j]) * scale[j])));
  return X;
}

function predictor({ X, d }: Rows, w: Vec, i: number): number {
  let z = 0;
  for (let j = 0, place = i * d; j < d; j++, place++) z += X[place] * w[j];
  return z + w[d];
}

function meanLoss(rows: Rows, loss: Loss, self: Fields, w: Vec): number {
  const { y, n } = rows;
  let total = 0;
  for (let i = 0; i < n; i++) total += loss.value(self, predictor(rows, w, i), y[i]);
  return total / n;
}

function meanSlope(rows: Rows, loss: Loss, self: Fields, w: Vec, out: Vec, order: Int32Array | null, from: number, to: number): void {
  const { X, y, d } = rows;
  const share = 1 / (to - from);
  out.fill(0);
  for (let k = from; k < to; k++) {
    const i = order === null ? k : order[k];
    const u = share * loss.slope(self, predictor(rows, w, i), y[i]);
    for (let j = 0, place = i * d; j < d; j++, place++) out[j] += u * X[place];
    out[d] += u;
  }
}

function meanCurvature(rows: Rows, loss: Loss, self: Fields, w: Vec): Vec {
  const { X, y, n, d } = rows;
  const H = new Float64Array((d + 1) * (d + 1));
  for (let i = 0; i < n; i++) {
    const u = loss.secondDerivative(self, predictor(rows, w, i), y[i]) / n;
    for (let j = 0; j <= d; j++) {
      const uj = j < d ? u * X[i * d + j] : u;
      for (let k = 0; k <= d; k++) H[j * (d + 1) + k] += k < d ? uj * X[i * d + k] : uj;
    }
  }
  return H;
}
