// Rows of a table as marks: which are drawn, how large, which is within reach of a pixel.

import { stateOf } from "../engine/parameters";
import type { Confusion } from "../judge/confusion";
import { counted, whole } from "../text/number";
import type { Scene, TableObjective, Vec } from "../types";
import type { Point } from "./marks";
import { lastDrawn, lastSound, startOf, stepOf } from "./runs";

const DRAWN = 5000; // rows at most
export const STICKS = 60; // rows at most that show their residual
const REACH = 12; // pixels within which a row is taken up

/** The rows that are drawn: all, or every second, third ... of many. */
export function shownRows(rows: number): number[] {
  const every = Math.ceil(rows / DRAWN);
  return Array.from({ length: Math.ceil(rows / every) }, (_, i) => i * every);
}

/** The words for a table of which not every row is drawn. */
export const thinned = (rows: number): string =>
  rows > DRAWN ? `${whole(shownRows(rows).length)} of ${whole(rows)} rows drawn` : "";

export const radiusOf = (rows: number): number => (rows <= 60 ? 4 : rows <= 300 ? 3 : rows <= 1500 ? 2 : 1.4);

/** The row nearest to a pixel, if it is within reach. */
export function hitRow(rows: readonly number[], place: (row: number) => Point, x: number, y: number) {
  let [nearest, distance] = [-1, REACH];
  for (const row of rows) {
    const [px, py] = place(row);
    const d = Math.hypot(px - x, py - y);
    if (d <= distance) [nearest, distance] = [row, d];
  }
  return nearest < 0 ? null : ({ kind: "row", index: nearest } as const);
}

/** The parameters of a run at the cursor: its last finite ones, if it overflowed. */
export function current(scene: Scene, index: number): Vec {
  const run = scene.runs[index];
  return stateOf(run, Math.min(stepOf(run, scene.settings.cursor), lastSound(run)));
}

export const leading = (scene: Scene): Vec =>
  scene.runs.length ? current(scene, 0) : startOf(scene);

/** The leading parameters, or the last ones before whose cost is small enough to be drawn. */
export const drawable = (scene: Scene): Vec => {
  const run = scene.runs[0];
  return run ? stateOf(run, Math.min(stepOf(run, scene.settings.cursor), lastDrawn(run))) : startOf(scene);
};

/** The linear predictor z at which the prediction crosses a value: by bisection of an increasing inverse link. */
export function linkOf(table: TableObjective, value: number): number {
  let [low, high] = [-1, 1];
  while (table.predict(low) > value && low > -1e6) low *= 2;
  while (table.predict(high) < value && high < 1e6) high *= 2;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (table.predict(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** "7 of 8 rows right at cut-off 0.5". */
export const confusionTitle = ({ tp, fp, tn, fn }: Confusion, cutoff: number): string =>
  `${whole(tp + tn)} of ${whole(tp + fp + tn + fn)} rows right at cut-off ${String(cutoff)}`;

/** "ringed: 1 false positive, 0 false negatives". */
export const confusionWords = ({ fp, fn }: Confusion): string =>
  fp + fn === 0 ? "none misclassified" : `ringed: ${counted(fp, "false positive")}, ${counted(fn, "false negative")}`;
