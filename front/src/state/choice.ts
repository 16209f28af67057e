// Choosing other data: the settings that belong to the old data begin anew, with a rate that suits the new curvature.

import { choose, lossFor } from "../table";
import type { Facts, Settings, Table, Zones } from "../types";
import type { Lab } from "./lab";
import { builtin } from "./tables";

const FRESH: Partial<Settings> = {
  target: "", features: [], loss: "squared_error", standardize: false, start: [], fixed: [], moved: [], race: [], batch: 0,
  cursor: 10, secant: null, detail: "step", lesson: "",
};

/** Descend on a table by name, "own" for the reader's, or on the "formula". */
export function chooseData(lab: Lab, name: string): void {
  if (name === "formula") lab.change({ ...FRESH, task: "formula", start: [] });
  else lab.change({ ...FRESH, task: "table", data: name, ...ownLoss(name, lab.table.peek()), ...builtin[name]?.settings });
  const scene = lab.scene.peek();
  if (scene && builtin[name]?.settings?.rate === undefined) lab.change({ rate: suitable(scene.facts, scene.zones) });
}

/** A table whose target has two classes is about probabilities. */
function ownLoss(name: string, table: Table | null): Partial<Settings> {
  const target = name === "own" && table && table.columns.length > 1 ? choose(table).target : null;
  const column = table?.columns.find((one) => one.name === target);
  return column ? { loss: lossFor(column) } : {};
}

/** A rate that settles: where plain steps begin to overshoot. */
export function suitable(facts: Facts, zones: Zones | null): number {
  const steepest = facts.eigenvalues[facts.eigenvalues.length - 1];
  const rate = zones?.bounce ?? (steepest > 0 ? 1 / steepest : 0.1);
  return Number(rate.toPrecision(2));
}
