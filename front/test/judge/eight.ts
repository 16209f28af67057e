// The eight points of the tutorials, and settings for them.

import { descend, facts, tableObjective } from "../../src/engine";
import { formulaObjective, readFormula } from "../../src/formula";
import { judge, zonesOf } from "../../src/judge";
import type { Judgement, Settings, Table } from "../../src/types";

export const table: Table = {
  name: "eight", rows: 8,
  columns: [
    { name: "x", values: [1, 3, 4, 5, 6, 7, 8, 10] },
    { name: "y", values: [4, 3, 7, 7, 8, 10, 8, 11] },
    { name: "c", values: [0, 0, 0, 1, 1, 1, 1, 1] },
    { name: "mixed", values: [0, 1, 0, 1, 0, 1, 1, 1] },
  ],
};

function settingsOf(change: Partial<Settings> = {}): Settings {
  return {
    task: "table", formula: "", data: "own", target: "y", features: ["x"], loss: "squared_error", standardize: false,
    rules: ["plain"], race: [], rate: 0.02, schedule: "constant", batch: 0, sampling: "shuffle", seed: 0, steps: 200,
    start: [0, 0], fixed: [false, false], moved: [], cursor: 0, view: "contour", turn: 0, tilt: 0,
    cutoff: 0.5, detail: "step", secant: null, lesson: "",
    ...change,
  };
}

/** Everything that the page has of some settings. */
export function judged(change: Partial<Settings> = {}, data: Table = table) {
  const settings = settingsOf(change);
  const objective = tableObjective(data, settings);
  const known = facts(objective, settings);
  const run = descend(objective, settings.rules[0], settings);
  const zones = zonesOf(known, settings);
  return { settings, objective, facts: known, run, zones, judgement: judge(run, known, objective, settings, zones) };
}

/** The card of a formula. */
export function judgedFormula(formula: string, change: Partial<Settings> = {}): Judgement {
  const settings = settingsOf({ task: "formula", formula, ...change });
  const objective = formulaObjective(readFormula(formula));
  const known = facts(objective, settings);
  return judge(descend(objective, settings.rules[0], settings), known, objective, settings, zonesOf(known, settings));
}
