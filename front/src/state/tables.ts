// The tables that the page brings along, and how a descent on each begins.

import type { Settings, Table } from "../types";

interface Builtin {
  readonly label: string; // in the list of data
  readonly table: Table;
  readonly settings?: Partial<Settings>;
}

const columns = (name: string, columns: Readonly<Record<string, string>>, classes?: readonly [string, string]): Table => {
  const read = Object.entries(columns).map(([column, values]) => ({ name: column, values: values.split(" ").map(Number) }));
  const last = read.length - 1;
  const marked = read.map((column, i) => (classes && i === last ? { ...column, classes } : column));
  return { name, columns: marked, rows: read[0].values.length };
};

const EIGHT = { x: "1 3 4 5 6 7 8 10", y: "4 3 7 7 8 10 8 11" };
const CARS = {
  speed: "4 4 7 7 8 9 10 10 10 11 11 12 12 12 12 13 13 13 13 14 14 14 14 15 15 15 16 16 17 17 17 18 18 18 18 19 19 19 20 20 20 20 20 22 23 24 24 24 24 25",
  dist: "2 10 4 22 16 10 18 26 34 17 28 14 20 24 28 26 34 34 46 26 36 60 80 20 26 54 32 40 32 40 50 42 56 76 84 36 46 68 32 48 52 56 64 66 54 70 92 93 120 85",
};
const RINGS = {
  temperature: "66 70 69 68 67 72 73 70 57 63 70 78 67 53 67 75 70 81 76 79 75 76 58",
  failed: "0 1 0 0 0 0 0 0 1 1 1 0 0 1 0 0 0 0 0 0 1 0 1",
};

export const builtin: Readonly<Record<string, Builtin>> = {
  "eight points": { label: "eight points", table: columns("eight points", EIGHT), settings: { rate: 0.05, cursor: 3 } },
  cars: { label: "cars: stopping distance by speed", table: columns("cars", CARS) },
  "o-rings": {
    label: "O-rings: failure by temperature",
    table: columns("o-rings", RINGS, ["intact", "failed"]),
    settings: { loss: "log_loss", standardize: true },
  },
  "two classes": {
    label: "two classes, separable",
    table: columns("two classes", { x: EIGHT.x, label: "0 0 0 1 1 1 1 1" }, ["0", "1"]),
    settings: { loss: "log_loss", standardize: true },
  },
};
