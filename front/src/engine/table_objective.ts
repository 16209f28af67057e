// The objective of a table: the mean loss of its rows, by slopes and an intercept.

import type { Column, Objective, Settings, Table, Vec } from "../types";
import { Refusal } from "../refusal";
import { losses } from "./engine.gen";
import { Passes } from "./passes";
import type { Fields, Loss } from "./records";
import { parseSpec } from "./spec";
import { type Units, rawUnits, standardUnits, toRaw, toScaled } from "./units";

/** Which columns, which loss, in which units. */
export type Choice = Pick<Settings, "target" | "features" | "loss" | "standardize" | "fixed">;

/** Columns and loss of an objective. */
interface Given {
  readonly features: readonly Column[];
  readonly target: Column;
  readonly spec: string;
  readonly loss: Loss;
  readonly self: Fields;
}

/** The mean loss over the rows of a table; a Refusal says why a column does not go with the loss. */
export function tableObjective(table: Table, choice: Choice): Objective {
  const { record: loss, self } = parseSpec(choice.loss, losses, "loss");
  const features = choice.features.map((name) => columnOf(table, name));
  const target = targetFor(loss, self, columnOf(table, choice.target));
  const given = { features, target, spec: choice.loss, loss, self };
  const d = features.length;
  const standard = objectiveIn(standardUnits(features.map(({ values }) => values), !choice.fixed[d]), given);
  return choice.standardize ? standard : { ...objectiveIn(rawUnits(d), given), standard };
}

function objectiveIn(units: Units, given: Given): Objective {
  const { features, target, spec, loss, self } = given;
  const rows = new Passes(inUnits(features, units), Float64Array.from(target.values), loss, self);
  return {
    task: "table",
    names: [...features.map((column) => `slope of ${column.name}`), "intercept"],
    size: features.length + 1,
    rows: target.values.length,
    quadratic: loss.quadratic,
    convex: true,
    value: (w) => rows.value(w),
    gradient: (w, out, order = null, from = 0, to = target.values.length) =>
      order === null ? rows.gradient(w, out) : rows.batchGradient(w, out, order, from, to),
    hessian: (w) => rows.hessian(w),
    raw: (w) => toRaw(units, w),
    scaled: (raw) => toScaled(units, raw),
    table: {
      features, target, loss: spec, classes: loss.labels,
      linear: (w, row) => rows.linear(w, row),
      predict: (z) => loss.inverse(self, z),
    },
  };
}

function columnOf(table: Table, name: string): Column {
  const found = table.columns.find((column) => column.name === name);
  if (found === undefined) throw new Refusal(`the table has no column "${name}"`);
  return found;
}

/** The target as the loss needs it: classes as 0 and 1. */
function targetFor(loss: Loss, self: Fields, column: Column): Column {
  const name = `"${column.name}"`;
  if (loss.labels) return asClasses(loss, column);
  if (loss.positive && column.values.some((y) => y < 0)) {
    throw new Refusal(`${loss.label} needs targets >= 0: ${name} has negative numbers`);
  }
  if (column.values.some((y) => !Number.isFinite(loss.value(self, 0, y)))) {
    const zero = column.values.includes(0) && !Number.isFinite(loss.value(self, 0, 0));
    throw new Refusal(
      zero
        ? `${loss.label} needs targets > 0: ${name} has zeros`
        : `${name} has numbers so large that their cost overflows: divide them by a constant`,
    );
  }
  return column;
}

/** The smaller of the two values is class 0. */
function asClasses(loss: Loss, column: Column): Column {
  if (column.classes !== undefined) return column;
  const found = [...new Set(column.values)].sort((a, b) => a - b);
  if (found.length !== 2) {
    const many = `"${column.name}" has ${found.length} different values`;
    throw new Refusal(`${loss.label} needs a target of two classes: ${many}`);
  }
  const [zero, one] = found;
  const values = column.values.map((y) => (y === one ? 1 : 0));
  return { name: column.name, values, classes: [String(zero), String(one)] };
}

/** The numbers of the columns in these units, column by column. */
function inUnits(columns: readonly Column[], { shift, scale }: Units): Vec {
  return Float64Array.from(columns.flatMap(({ values }, j) => values.map((x) => (x - shift[j]) * scale[j])));
}
