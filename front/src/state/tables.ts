// The tables that the page brings along, the same as `steepest sample NAME` prints, and how a descent on each begins.

import type { Settings, Table } from "../types";

interface Builtin {
  readonly label: string; // in the list of data
  readonly table: Table;
  readonly settings: Partial<Settings>;
}

function tableOf(name: string, columns: Readonly<Record<string, string>>): Table {
  const read = Object.entries(columns).map(([column, values]) => ({ name: column, values: values.split(" ").map(Number) }));
  return { name, columns: read, rows: read[0].values.length };
}

const X = "1 3 4 5 6 7 8 10";
const TEMPERATURE = "18 21 22 23 24 24 25 26 26 27 28 29 30 32";
const VISITORS = "287 361 377 438 439 467 468 502 526 547 579 588 620 689";

export const builtin: Readonly<Record<string, Builtin>> = {
  eight: {
    label: "eight points",
    table: tableOf("eight", { x: X, y: "4 3 7 7 8 10 8 11" }),
    settings: { rate: 0.05, cursor: 3 },
  },
  "eight-labels": {
    label: "eight points of two classes",
    table: tableOf("eight-labels", { x: X, label: "0 0 0 1 1 1 1 1" }),
    settings: { loss: "log_loss" },
  },
  park: {
    label: "visitors of a park by temperature",
    table: tableOf("park", { temperature: TEMPERATURE, visitors: VISITORS }),
    settings: { standardize: true },
  },
};
