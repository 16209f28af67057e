// The tables that the page brings along, by name. Those that `steepest example NAME` writes have the same names.

import type { Settings, Table } from "../types";

interface Builtin {
  readonly label: string; // in the list of data
  readonly table: Table;
  readonly settings: Partial<Settings>; // with which a descent on it begins
}

const X8 = "1 3 4 5 6 7 8 10";
const LOGISTIC: Partial<Settings> = { loss: "log_loss" };

export const builtin: Readonly<Record<string, Builtin>> = {
  eight: made("eight points", "eight", { x: X8, y: "4 3 7 7 8 10 8 11" }, { rate: 0.05, cursor: 3 }),
  outlier: made("eight points, one far off", "outlier", { x: X8, y: "4 3 7 7 8 10 30 11" }),
  "eight-labels": made("eight points of two classes", "eight-labels", { x: X8, label: "0 0 0 1 1 1 1 1" }, LOGISTIC),
  park: made(
    "visitors of a park by temperature (made up)",
    "park",
    {
      temperature: "18 21 22 23 24 24 25 26 26 27 28 29 30 32",
      visitors: "287 361 377 438 439 467 468 502 526 547 579 588 620 689",
    },
    { standardize: true },
  ),
  cars: made("stopping distance of cars of the 1920s by speed", "cars", {
    speed:
      "4 4 7 7 8 9 10 10 10 11 11 12 12 12 12 13 13 13 13 14 14 14 14 15 15 15 16 16 17 17 17 18 18 18 18 19 19 19 " +
      "20 20 20 20 20 22 23 24 24 24 24 25",
    dist:
      "2 10 4 22 16 10 18 26 34 17 28 14 20 24 28 26 34 34 46 26 36 60 80 20 26 54 32 40 32 40 50 42 56 76 84 36 46 " +
      "68 32 48 52 56 64 66 54 70 92 93 120 85",
  }),
  "o-rings": made(
    "O-rings of a space shuttle that failed, by temperature",
    "o-rings",
    {
      temperature: "66 70 69 68 67 72 73 70 57 63 70 78 67 53 67 75 70 81 76 79 75 76 58",
      failed: "0 1 0 0 0 0 0 0 1 1 1 0 0 1 0 0 0 0 0 0 1 0 1",
    },
    { ...LOGISTIC, standardize: true },
  ),
  plane: made("a plane of two features (made up)", "plane", {
    u: "-2 -2 -2 -1 -1 0 0 0 1 1 2 2 2",
    v: "-2 0 2 -1 1 -2 0 2 -1 1 -2 0 2",
    z: "-5.1 -0.8 2.9 -2.2 1.9 -2.8 0.9 5.2 0.1 3.8 -0.9 2.8 7.2",
  }),
  scales: made("flats: columns of unlike scale (made up)", "scales", {
    rooms: "1 1 2 2 2 3 3 3 4 4 5 6",
    area: "28 41 44 58 73 62 79 96 88 117 131 164",
    price: "104 142 158 189 241 214 259 318 301 377 432 538",
  }),
  study: made(
    "exams by hours of sleep and of study (made up)",
    "study",
    {
      slept: "4 5 5 6 6 6 7 7 7 8 8 8 9 9 5 6 7 8 9 4",
      studied: "3 2 6 1 4 7 2 3 5 1 3 6 2 4 8 5 8 4 1 7",
      passed: "0 0 1 0 0 1 0 0 1 0 1 1 0 1 1 1 1 0 0 0",
    },
    LOGISTIC,
  ),
};

function made(
  label: string,
  name: string,
  columns: Readonly<Record<string, string>>,
  settings: Partial<Settings> = {},
): Builtin {
  const read = Object.entries(columns).map(([key, values]) => ({ name: key, values: values.split(" ").map(Number) }));
  return { label, table: { name, columns: read, rows: read[0].values.length }, settings };
}
