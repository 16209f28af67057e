// The steps of a run in numbers, as the table of the page and its CSV have them: step, parameters in the columns' own
// units, cost, and the gradient in the coordinates of the descent.

import { stateOf } from "../engine/parameters";
import type { Run, Scene } from "../types";

export function stepHeads({ objective, settings }: Scene): readonly string[] {
  const scaled = settings.standardize ? " (scaled)" : "";
  return ["step", ...objective.names, "cost", ...objective.names.map((name) => `gradient of ${name}${scaled}`)];
}

export function stepCells({ objective }: Scene, run: Run, k: number): readonly number[] {
  const state = stateOf(run, k);
  const gradient = new Float64Array(run.size);
  objective.gradient(state, gradient);
  return [run.numbers?.[k] ?? k, ...objective.raw(state), run.cost[k], ...gradient];
}
