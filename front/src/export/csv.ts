// Tables as CSV: the steps of the runs, and the rows as the page shows them. Numbers are read back exactly.

import { stepCells, stepHeads } from "../state/steps";
import type { Column, Scene } from "../types";
import { csvField } from "./quote";

/** Every state of every run, as the table of steps shows them. Several runs have a column "run". */
export function stepsCsv(scene: Scene): string {
  const several = scene.runs.length > 1;
  const named = (name: string, cells: readonly string[]): readonly string[] =>
    several ? [csvField(inert(name)), ...cells] : cells;
  const rows = scene.runs.flatMap((run) =>
    Array.from({ length: run.steps + 1 }, (_, k) => named(run.label ?? run.rule, stepCells(scene, run, k).map(cell))),
  );
  return lines([named("run", stepHeads(scene).map(csvField)), ...rows]);
}

// where a spreadsheet may begin a cell, the characters with which a formula begins there: as in core/shown_text.py
const FORMULA = /(?<![^;\t\r\n])('*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/g;

/** A label that no spreadsheet runs: a formula gets a ' before it. */
const inert = (label: string): string => label.replace(FORMULA, "'$1");

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
