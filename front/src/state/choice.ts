// Choosing other data: the settings that belong to the old data begin anew, with a rate that suits the new curvature.

import { builtin, choose, lossFor } from "../table";
import type { Settings, Table } from "../types";
import type { Lab } from "./lab";
import { DEFAULTS } from "./settings";
import { suitRate, usualSteps } from "./usual";

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

function tableSettings(name: string, own: Table | null): Partial<Settings> {
  const table = name === "own" ? own : builtin[name].table;
  if (!table) return {};
  const parts = choose(table);
  const loss = lossFor(table.columns.find((column) => column.name === parts.target)!);
  return { task: "table", data: name, ...parts, loss, steps: usualSteps(table), ...builtin[name]?.settings };
}
