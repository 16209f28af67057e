// Why two classes have a cost of their own: squared error of the probability against cross-entropy, along one parameter.

import type { Drawn, Palette, Scene } from "../types";
import { extent, type Interval, padded } from "./extent";
import { frame, within } from "./frame";
import { line, type Point } from "./marks";
import { number } from "./number";
import { colourOf, dashOf } from "./palette";
import { type Plane, planeOf } from "./plane";
import { shownRows } from "./rows";
import { startOf } from "./runs";
import { kept, plate, SMALL } from "./text";

const POINTS = 160;

const COSTS = [
  { label: "cross-entropy", of: (z: number, y: number) => Math.max(z, 0) - y * z + Math.log1p(Math.exp(-Math.abs(z))) },
  { label: "squared error", of: (z: number, y: number) => 0.5 * (1 / (1 + Math.exp(-z)) - y) ** 2 },
] as const;

export function shapes(
  scene: Scene, context: CanvasRenderingContext2D, width: number, height: number, palette: Palette,
): Drawn {
  const plane = planeOf(scene);
  const table = scene.objective.table!;
  const rows = shownRows(scene.objective.rows).filter((_, i, all) => i % Math.ceil(all.length / 500) === 0);
  const domain = rangeOf(scene, plane, rows);
  const mean = (m: number, of: (z: number, y: number) => number) => {
    const w = plane.point(m, plane.coordinates(scene.facts.best ?? startOf(scene))[1]);
    return rows.reduce((sum, i) => sum + of(table.linear(w, i), table.target.values[i]), 0) / rows.length;
  };
  const at = Array.from({ length: POINTS + 1 }, (_, i) => domain[0] + ((domain[1] - domain[0]) * i) / POINTS);
  const curves = COSTS.map(({ of }) => {
    const values = at.map((m) => mean(m, of));
    const [low, high] = extent(values);
    return { values: values.map((v) => (v - low) / (high - low)), turns: bends(values) };
  });
  const middle = at.map((_, n) => n).filter((n) => n > POINTS / 8 && n < (7 * POINTS) / 8);
  const gap = (n: number) => Math.abs(curves[0].values[n] - curves[1].values[n]);
  const apart = middle.reduce((a, b) => (gap(b) > gap(a) ? b : a)); // where the labels stand
  const axes = frame(context, width, height, palette,
    { label: plane.labels[0], domain }, { label: "cost, each from 0 to 1", domain: padded([0, 1]) });
  within(context, axes, () => {
    context.font = SMALL;
    curves.forEach(({ values }, i) => {
      const points = values.map((v, n): Point => [axes.x(at[n]), axes.y(v)]);
      line(context, points, { colour: colourOf(palette, i), width: 2.2, dash: dashOf(i) });
      const above = values[apart] > curves[1 - i].values[apart];
      const [x, y] = points[apart];
      const placed = { text: COSTS[i].label, x, y: y + (above ? -13 : 13), align: "center", colour: colourOf(palette, i) } as const;
      plate(context, palette, kept(context, placed, axes));
    });
  });
  const convex = COSTS.filter((_, i) => curves[i].turns === 0).map(({ label }) => label);
  const title = convex.length === 2 ? "Both costs curve upward everywhere here"
    : convex.length === 1 ? `Only ${convex[0]} curves upward everywhere` : "Neither cost curves upward everywhere";
  const subtitle = `along ${plane.labels[0]} from ${number(domain[0])} to ${number(domain[1])}`;
  return { title, subtitle, description: `${title}, ${subtitle}.`, toData: axes.toData, hit: () => null };
}

/** The values of the parameter at which rows change their side, some of both sides, and the start if it is near. */
function rangeOf(scene: Scene, plane: Plane, rows: readonly number[]): Interval {
  const table = scene.objective.table!;
  const other = plane.coordinates(scene.facts.best ?? startOf(scene))[1];
  const [zero, one] = [plane.point(0, other), plane.point(1, other)];
  const lines = rows.map((i) => ({ offset: table.linear(zero, i), slope: table.linear(one, i) - table.linear(zero, i) }));
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
  return values.filter((v, i) => i > 0 && i < values.length - 1 && values[i - 1] - 2 * v + values[i + 1] < -scale).length;
}
