// Choosing other data: the settings that belong to the old data begin anew, with a rate that suits the new curvature.

import { builtin, choose, lossFor } from "../table";
import type { Facts, Settings, Table, Zones } from "../types";
import type { Lab } from "./lab";
import { DEFAULTS } from "./settings";

const FRESH: Partial<Settings> = {
  target: "",
  features: [],
  loss: "squared_error",
  standardize: false,
  start: [],
  fixed: [],
  moved: [],
  race: [],
  batch: 0,
  cursor: DEFAULTS.cursor,
  secant: null,
  detail: "step",
  lesson: "",
};

/** Descend on a table by name, "own" for the reader's, or on the "formula". */
export function chooseData(lab: Lab, name: string): void {
  lab.playback.pause();
  lab.change({ ...FRESH, ...(name === "formula" ? { task: "formula" } : tableSettings(name, lab.table.peek())) });
  suitRate(lab);
}

/** A rate that suits what is minimised now. */
export function suitRate({ scene, problem, change }: Pick<Lab, "scene" | "problem" | "change">): void {
  const now = scene.peek();
  if (now && !problem.peek()) change({ rate: suitable(now.facts, now.zones) });
}

function tableSettings(name: string, own: Table | null): Partial<Settings> {
  const table = name === "own" ? own : builtin[name].table;
  if (!table) return {};
  const parts = choose(table);
  const loss = lossFor(table.columns.find((column) => column.name === parts.target)!);
  return { task: "table", data: name, ...parts, loss, steps: usualSteps(table), ...builtin[name]?.settings };
}

/** Fewer steps on larger tables, so that a drag is drawn at once. */
export const usualSteps = ({ rows }: Table): number => (rows > 100 ? 200 : DEFAULTS.steps);

/** A rate that settles: where plain steps begin to overshoot. */
function suitable(facts: Facts, zones: Zones | null): number {
  const steepest = facts.eigenvalues[facts.eigenvalues.length - 1];
  const rate = zones?.bounce ?? (steepest > 0 ? 1 / steepest : 0.1);
  return Number(rate.toPrecision(2));
}
