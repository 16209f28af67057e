// Why two classes have a cost of their own: squared error of the probability and cross-entropy along a parameter.

import { number } from "../text/number";
import type { Drawn, Palette, Scene } from "../types";
import type { Canvas } from "./canvas";
import { extent, type Interval, padded } from "./extent";
import { frame, within } from "./frame";
import { line, type Point } from "./marks";
import { colourOf, dashOf } from "./palette";
import { type Plane, planeOf } from "./plane";
import { shownRows } from "./rows";
import { startOf } from "./runs";
import { brief, kept, plate, SMALL } from "./text";

const POINTS = 160;
const ROWS = 500; // of which the costs are means

const COSTS = [
  { label: "cross-entropy", of: (z: number, y: number) => Math.max(z, 0) - y * z + Math.log1p(Math.exp(-Math.abs(z))) },
  { label: "squared error", of: (z: number, y: number) => 0.5 * (1 / (1 + Math.exp(-z)) - y) ** 2 },
] as const;

export function shapes(scene: Scene, context: Canvas, width: number, height: number, palette: Palette): Drawn {
  const plane = planeOf(scene);
  const rows = shownRows(scene.objective.rows).filter((_, i, all) => i % Math.ceil(all.length / ROWS) === 0);
  const domain = rangeOf(scene, plane, rows);
  const at = Array.from({ length: POINTS + 1 }, (_, i) => domain[0] + ((domain[1] - domain[0]) * i) / POINTS);
  const curves = COSTS.map(({ of }) => at.map((m) => meanOf(scene, plane, rows, m, of)));
  const shares = curves.map((values) => shareOf(values));
  const axes = frame(context, width, height, palette,
    { label: plane.labels[0], domain }, { label: "cost, each from 0 to 1", domain: padded([0, 1]) });
  const n = farthestApart(shares);
  within(context, axes, () => {
    context.font = SMALL;
    shares.forEach((values, i) => {
      const colour = colourOf(palette, i);
      const points = values.map((v, k): Point => [axes.x(at[k]), axes.y(v)]);
      line(context, points, { colour, width: 2.2, dash: dashOf(palette, i) });
      const y = points[n][1] + (values[n] > shares[1 - i][n] ? -13 : 13);
      plate(
        context,
        palette,
        kept(context, { text: COSTS[i].label, x: points[n][0], y, align: "center", colour }, axes),
      );
    });
  });
  const title = finding(COSTS.filter((_, i) => bends(curves[i]) === 0).map(({ label }) => label));
  const subtitle = `along ${brief(plane.labels[0])} from ${number(domain[0])} to ${number(domain[1])}`;
  return { title, subtitle, description: `${title}, ${subtitle}.`, toData: axes.toData, hit: () => null };
}

function finding(upward: readonly string[]): string {
  if (upward.length === 2) return "Both costs curve upward everywhere here";
  return upward.length === 1 ? `Only ${upward[0]} curves upward everywhere` : "Neither cost curves upward everywhere";
}

/** The mean cost of the rows at a value of the parameter. */
function meanOf(
  scene: Scene, plane: Plane, rows: readonly number[], m: number, of: (z: number, y: number) => number,
): number {
  const table = scene.objective.table!;
  const w = plane.point(m, plane.coordinates(scene.facts.best ?? startOf(scene))[1]);
  return rows.reduce((sum, i) => sum + of(table.linear(w, i), table.target.values[i]), 0) / rows.length;
}

function shareOf(values: readonly number[]): number[] {
  const [low, high] = extent(values);
  return values.map((v) => (v - low) / (high - low));
}

/** Where two curves are farthest apart, not near the borders: there the labels stand. */
function farthestApart([one, other]: readonly (readonly number[])[]): number {
  const gap = (n: number) => (n > POINTS / 8 && n < (7 * POINTS) / 8 ? Math.abs(one[n] - other[n]) : -1);
  return one.reduce((best, _, n) => (gap(n) > gap(best) ? n : best), 0);
}

/** The values of the parameter at which rows change their side, some of both sides, and the start if it is near. */
function rangeOf(scene: Scene, plane: Plane, rows: readonly number[]): Interval {
  const table = scene.objective.table!;
  const other = plane.coordinates(scene.facts.best ?? startOf(scene))[1];
  const [zero, one] = [plane.point(0, other), plane.point(1, other)];
  const lines = rows.map((i) => ({
    offset: table.linear(zero, i),
    slope: table.linear(one, i) - table.linear(zero, i),
  }));
  const turns = lines.map(({ offset, slope }) => -offset / slope).filter(Number.isFinite).sort((a, b) => a - b);
  const sizes = lines.map(({ slope }) => Math.abs(slope)).sort((a, b) => a - b);
  const usual = sizes[Math.floor(sizes.length / 2)] || 1;
  const [low, high] = [turns[Math.floor(0.1 * turns.length)] ?? 0, turns[Math.floor(0.9 * (turns.length - 1))] ?? 0];
  const [from, to] = padded(extent([low - 4 / usual, high + 4 / usual]), 0.1);
  const start = plane.coordinates(startOf(scene))[0];
  return Math.abs(start - (from + to) / 2) < to - from ? extent([from, to, start]) : [from, to];
}

/** Places where the values curve downward by more than rounding. */
function bends(values: readonly number[]): number {
  const scale = 1e-9 * (Math.max(...values) - Math.min(...values));
  return values.filter((v, i) => i > 0 && i < values.length - 1 && values[i - 1] - 2 * v + values[i + 1] < -scale)
    .length;
}
