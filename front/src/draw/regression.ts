// Panel A for one feature: rows, the line of every run at the cursor, the exact line dashed, residuals as sticks.

import { stateOf } from "../engine/parameters";
import { MINUS, number, whole } from "../text/number";
import type { Drawn, Palette, Scene, TableObjective, Vec, Window } from "../types";
import type { Canvas } from "./canvas";
import { extent, padded } from "./extent";
import { type Frame, frame, within } from "./frame";
import { clampTo } from "./geometry";
import { dots, head, line, type Point, ring } from "./marks";
import { colourOf, dashOf } from "./palette";
import { lineOf } from "./places";
import { current, hitRow, leading, radiusOf, shownRows, STICKS, thinned } from "./rows";
import { lastSound, shownStep, stepOf } from "./runs";
import { brief, joined } from "./text";

const PIECES = 80; // of a bent line
const NEAR = 0.5; // of the rows' height: lines that far outside of it are in the window

export function regression(
  scene: Scene, context: Canvas, width: number, height: number, palette: Palette,
): Drawn {
  const { objective, facts, windows } = scene;
  const table = objective.table!;
  const [feature, target] = [table.features[0], table.target];
  const window = windows?.data ?? windowOf(scene, table);
  const axes = frame(context, width, height, palette,
    { label: feature.name, domain: window.x }, { label: target.name, domain: window.y });
  const rows = shownRows(objective.rows);
  const place = (i: number): Point => [axes.x(feature.values[i]), axes.y(target.values[i])];
  const lead = leading(scene);
  const pixels = (w: Vec) => fitted(table, objective.raw(w), axes);
  let [outside, ringed] = [0, 0];
  within(context, axes, () => {
    if (facts.best) line(context, pixels(facts.best), { colour: palette.mute, width: 1.3, dash: [5, 4] });
    if (objective.rows <= STICKS) sticks(context, scene, lead, rows, place, axes, colourOf(palette, 0));
    for (let i = scene.runs.length - 1; i >= 0; i--) {
      const w = current(scene, i);
      const points = pixels(w);
      line(context, points, { colour: colourOf(palette, i), width: 2.4, dash: dashOf(palette, i) });
      if (points.length === 0) outside += elsewhere(context, table, objective.raw(w), axes, colourOf(palette, i));
    }
    context.globalAlpha = objective.rows > 300 ? 0.55 : 1;
    dots(context, rows.map(place), radiusOf(rows.length), palette.ink);
    context.globalAlpha = 1;
    if (objective.rows <= STICKS) ringed = drawnRows(context, scene, place, radiusOf(rows.length), palette.accent);
  });
  return drawn(scene, palette, axes, lead, outside, ringed, (x, y) => hitRow(rows, place, x, y));
}

/** The rows, and the lines with which runs begin and end as far as they are near: the same at each step. */
function windowOf({ objective, runs }: Scene, table: TableObjective): Window {
  const [across, up] = [extent(table.features[0].values), extent(table.target.values)];
  const near = NEAR * (up[1] - up[0]);
  const ends = runs.flatMap((run) => [stateOf(run, 0), stateOf(run, lastSound(run))]).map((w) => objective.raw(w));
  const heights = ends.flatMap(([slope, intercept]) => across.map((x) => table.predict(slope * x + intercept)));
  const kept = heights.filter((y) => y > up[0] - near && y < up[1] + near);
  return { x: padded(across), y: padded(extent([...up, ...kept]), 0.14) };
}

/** A ring for each time that the step from the cursor draws a row; returns the number of that step, 0 for none. */
function drawnRows(
  context: Canvas, { runs: [run], settings }: Scene, place: (i: number) => Point, radius: number, colour: string,
): number {
  const k = run ? Math.min(stepOf(run, settings.cursor), run.steps - 1) : -1;
  const rows = (k >= 0 && run.rowsOf(k)) || [];
  const times = new Map<number, number>();
  for (const row of rows) {
    times.set(row, (times.get(row) ?? 0) + 1);
    ring(context, place(row), radius + 3 * times.get(row)!, colour, null, 1.4);
  }
  return rows.length ? k + 1 : 0;
}

/** Pixels of the predictions over the whole frame: the ends of a straight line where it enters and leaves. */
function fitted(table: TableObjective, raw: Vec, axes: Frame): Point[] {
  const [slope, intercept] = raw;
  if (!Number.isFinite(slope) || !Number.isFinite(intercept)) return [];
  const [x0, x1] = axes.domain.x;
  const straight = [-2, 0.5, 3].every((z) => table.predict(z) === z);
  if (!straight) {
    const points = Array.from({ length: PIECES + 1 }, (_, i): Point => {
      const x = x0 + ((x1 - x0) * i) / PIECES;
      return [axes.x(x), axes.y(table.predict(slope * x + intercept))];
    });
    return points.some(([, y]) => y >= axes.top && y <= axes.bottom) ? points : [];
  }
  const [y0, y1] = axes.domain.y;
  const at = (y: number) => (y - intercept) / slope;
  const [from, to] = slope === 0 ? [x0, x1] : [Math.min(at(y0), at(y1)), Math.max(at(y0), at(y1))];
  const [left, right] = [Math.max(x0, from), Math.min(x1, to)];
  if (left > right || (slope === 0 && (intercept < y0 || intercept > y1))) return [];
  return [left, right].map((x): Point => [axes.x(x), axes.y(Math.min(y1, Math.max(y0, slope * x + intercept)))]);
}

/** An arrow at the border for a line that is wholly outside; returns 1. */
function elsewhere(context: Canvas, table: TableObjective, raw: Vec, axes: Frame, colour: string): number {
  const middle = (axes.domain.x[0] + axes.domain.x[1]) / 2;
  const above = table.predict(raw[0] * middle + raw[1]) > axes.domain.y[1];
  const x = (axes.left + axes.right) / 2;
  head(context, [x, above ? axes.top : axes.bottom], 0, above ? -1 : 1, 14, colour);
  return 1;
}

function sticks(
  context: Canvas, { objective }: Scene, w: Vec, rows: readonly number[], place: (i: number) => Point, axes: Frame,
  colour: string,
): void {
  const table = objective.table!;
  const tall = { left: axes.left, right: axes.right, top: axes.top - 1e3, bottom: axes.bottom + 1e3 };
  for (const i of rows) {
    const [x, y] = place(i);
    const to = axes.y(table.predict(table.linear(w, i)));
    if (!Number.isNaN(to)) line(context, [[x, y], clampTo(tall, [x, y], [x, to])], { colour, width: 1.2, alpha: 0.5 });
  }
}

/** "0.8448 x + 2.603". */
const sumOf = ([slope, intercept]: Vec, x: string): string =>
  `${number(slope)} ${x} ${intercept < 0 ? MINUS : "+"} ${number(Math.abs(intercept))}`;

function drawn(
  scene: Scene, palette: Palette, axes: Frame, w: Vec, outside: number, ringed: number, hit: Drawn["hit"],
): Drawn {
  const { objective, facts, runs, settings } = scene;
  const table = objective.table!;
  const [x, y] = [brief(table.features[0].name), brief(table.target.name)];
  const sum = sumOf(objective.raw(w), x);
  const straight = table.predict(3) === 3 && table.predict(-2) === -2;
  const title = straight ? `${y} = ${sum}` : `${y} is predicted from z = ${sum}`;
  const cost = runs.length ? runs[0].cost[stepOf(runs[0], settings.cursor)] : objective.value(w);
  const step = `step ${whole(shownStep(scene))}`;
  const subtitle = joined(
    `${lineOf(scene, palette)}: ${step}, cost ${number(cost)}`,
    facts.best ? `dashed: the minimum, ${sumOf(objective.raw(facts.best), x)}, cost ${number(facts.least)}` : "",
    outside ? `${outside === 1 ? "a line is" : `${outside} lines are`} outside of this picture` : "",
    ringed ? `ringed: the rows of step ${whole(ringed)}` : "",
    thinned(objective.rows),
  );
  return {
    title,
    subtitle,
    description: `${whole(objective.rows)} rows of ${y} over ${x}, with the line of ${step}. ${title}. ${subtitle}.`,
    toData: axes.toData,
    hit,
    window: axes.domain,
    columns: [table.features[0].name, table.target.name],
  };
}
