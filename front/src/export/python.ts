// "Copy Python": a short program that repeats the runs of the page with the package's public names.

import type { Column, Scene } from "../types";
import {
  type Choice, choicesOf, columnsOf, differs, type Exported, fixedOf, freeFormula, scaledStart,
} from "./choices";
import { pythonText } from "./quote";

const SMALL = 200; // rows that stand in the program itself
const NARROW = 100; // letters of a line of numbers

/** The program; its last lines print the parameters where each run ends. */
export function pythonOf(exported: Exported): string {
  const { scene } = exported;
  const lines = scene.settings.task === "formula" ? formulaLines(scene) : tableLines(exported);
  return `${lines.join("\n")}\n`;
}

function formulaLines(scene: Scene): readonly string[] {
  const { formula, start } = freeFormula(scene);
  const { steps } = scene.settings;
  return [
    "from steepest import minimize", "",
    `formula = ${pythonText(formula)}`,
    ...choicesOf(scene.settings).flatMap(({ rule, rate }) => [
      `run = minimize(formula, [${start.join(", ")}], rule=${pythonText(rule)}, ` +
        `learning_rate=${rateText(rate)}, steps=${steps})`,
      "print(run.x[-1].tolist())",
    ]),
  ];
}

function tableLines(exported: Exported): readonly string[] {
  const { scene } = exported;
  const { settings, objective } = scene;
  const d = objective.size - 1;
  const fixed = fixedOf(scene).map((j) => (j === d ? pythonText("intercept") : String(j)));
  const held = fixed.length > 0 ? `, fixed=(${fixed.join(", ")},)` : "";
  const reader = inside(exported) ? "" : "read_table, ";
  return [
    ...(settings.standardize ? ["import numpy as np"] : []),
    `from steepest import Method, Problem, descend, make_rows, ${reader}record, until, updates`,
    "",
    ...(inside(exported) ? dataLines(columnsOf(scene)) : fileLines(exported)),
    ...(settings.standardize ? scaledLines(fixedOf(scene).includes(d)) : []),
    `rows = make_rows(${settings.standardize ? "(X - shift) / scale" : "X"}, y)`,
    `problem = Problem(${pythonText(objective.table!.loss)}${held})`,
    `start = [${scaledStart(scene).join(", ")}]`,
    ...choicesOf(settings).flatMap((choice) => runLines(scene, choice)),
  ];
}

/** Whether the numbers stand in the program. */
const inside = (exported: Exported): boolean =>
  exported.scene.settings.data !== "own" || differs(exported) || exported.scene.objective.rows <= SMALL
  || exported.scene.objective.table!.target.classes !== undefined;

function dataLines(columns: readonly Column[]): readonly string[] {
  const [target, features] = [columns[columns.length - 1], columns.slice(0, -1)];
  return [
    "columns = {",
    ...features.flatMap(({ name, values }) => [`    ${pythonText(name)}: [`, ...wrapped(values, 8), "    ],"]),
    "}",
    "X = list(zip(*columns.values()))",
    `y = [  # ${pythonText(target.name)}`, ...wrapped(target.values, 4), "]",
  ];
}

function wrapped(values: readonly number[], indent: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const value of values) {
    if (line.length + indent > NARROW) {
      lines.push(line);
      line = "";
    }
    line += `${line ? " " : ""}${value},`;
  }
  return [...lines, line].map((text) => " ".repeat(indent) + text);
}

function fileLines({ scene, table }: Exported): readonly string[] {
  const { features, target } = scene.objective.table!;
  const names = features.map((column) => pythonText(column.name)).join(", ");
  return [
    `table = read_table(${pythonText(table!.name)}, target=${pythonText(target.name)}, features=[${names}])`,
    "X, y = table.X, table.y",
  ];
}

/** Units as `--standardize` has them: a fixed intercept forbids to shift the columns. */
function scaledLines(unshifted: boolean): readonly string[] {
  return [
    "X = np.array(X, float)",
    unshifted ? "shift = np.zeros(X.shape[1])" : "shift = X.mean(axis=0)",
    "scale = np.sqrt(np.mean((X - shift) ** 2, axis=0))",
    "scale[scale == 0] = 1",
  ];
}

function runLines({ settings }: Scene, { rule, rate, batch }: Choice): readonly string[] {
  const drawn = batch > 0 ? `, batch_size=${batch}, sampling=${pythonText(settings.sampling)}` : "";
  return [
    `method = Method(${pythonText(rule)}, ${rateText(rate)}${drawn})`,
    `states = descend(problem, method, rows, start=start, seed=${settings.seed})`,
    `path = record(until(states, updates(${settings.steps})))`,
    settings.standardize ? "w = path.coef[-1] / scale" : "w = path.coef[-1]",
    `print([*w.tolist(), float(path.intercept[-1]${settings.standardize ? " - w @ shift" : ""})])`,
  ];
}

const rateText = (rate: string): string => (Number.isFinite(Number(rate)) ? rate : pythonText(rate));
