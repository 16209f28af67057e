// Tables as CSV: the steps of the runs, and the rows as the page shows them. Numbers are written so that they are read back exactly.

import type { Column, Run, Scene } from "../types";
import { csvField } from "./quote";

/** Every state of every run: step, parameters in the columns' own units, cost, gradient. Several runs have a column "run". */
export function stepsCsv(scene: Scene): string {
  const { names } = scene.objective;
  const several = scene.runs.length > 1;
  const scaled = scene.settings.standardize ? " (scaled)" : "";
  const heads = [...(several ? ["run"] : []), "step", ...names, "cost", ...names.map((name) => `gradient of ${name}${scaled}`)];
  const rows = scene.runs.flatMap((run) => statesOf(scene, run).map((cells) => [...(several ? [csvField(nameOf(run))] : []), ...cells]));
  return lines([heads.map(csvField), ...rows]);
}

export const nameOf = (run: Run): string => run.label ?? run.rule;

function statesOf({ objective }: Scene, run: Run): string[][] {
  const gradient = new Float64Array(run.size);
  return Array.from({ length: run.steps + 1 }, (_, k) => {
    const state = run.path.subarray(k * run.size, (k + 1) * run.size);
    objective.gradient(state, gradient);
    return [run.numbers?.[k] ?? k, ...objective.raw(state), run.cost[k], ...gradient].map(cell);
  });
}

/** A number; what overflowed is an empty cell. */
const cell = (value: number): string => (Number.isFinite(value) ? String(value) : "");

/** Columns under their names; two classes by their labels, or as the numbers 0 and 1. */
export function tableCsv(columns: readonly Column[], labels: boolean): string {
  const text = ({ values, classes }: Column, row: number): string =>
    labels && classes ? csvField(classes[values[row]]) : String(values[row]);
  const rows = columns[0].values.map((_, row) => columns.map((column) => text(column, row)));
  return lines([columns.map((column) => csvField(column.name)), ...rows]);
}

const lines = (rows: readonly (readonly string[])[]): string => rows.map((row) => `${row.join(",")}\n`).join("");
