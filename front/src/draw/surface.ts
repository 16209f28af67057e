// Panel B as a surface: the cost over two parameters seen from a side, drawn from the back to the front.

import { stateOf } from "../engine/parameters";
import { number } from "../text/number";
import type { Drawn, Palette, Scene } from "../types";
import type { Canvas } from "./canvas";
import { landscapeOf, type Landscape } from "./landscape";
import { ball, handle, line, type Point, star } from "./marks";
import { colourOf, dashOf, mix } from "./palette";
import { type Plane, planeOf } from "./plane";
import { titleOf } from "./progress";
import { type Share, type View, viewOf } from "./projection";
import { lastSound, minimumOf, startOf, stepOf, valued, valueOf, withoutMinimum } from "./runs";
import { fit, FONT, joined, type Placed, SMALL, write } from "./text";
import { windowOf } from "./window";

const COARSE = 2; // cells of the landscape in one facet
const SHADES = 40;
const CORNERS: readonly (readonly [number, number])[] = [[0, 0], [0, 1], [1, 0], [1, 1]];
const FLOOR = 0.28; // share of the height that is kept free under the surface, for the contours

/** Shares from 0 to 1 of the three axes. */
interface Solid {
  readonly land: Landscape;
  readonly top: number; // cost at which the surface is cut off
  share(x: number, y: number): readonly [number, number];
  height(cost: number): number;
}

export function surface(
  scene: Scene, context: Canvas, width: number, height: number, palette: Palette,
): Drawn {
  const plane = planeOf(scene);
  const window = windowOf(scene, plane);
  const land = landscapeOf(scene, plane, window);
  const solid = solidOf(scene, land);
  const view = filling(scene, solid, width, height);
  context.setLineDash([]);
  context.globalAlpha = 1;
  floor(context, solid, view, palette);
  facets(context, solid, view, palette);
  edges(context, plane, valueOf(scene), solid, view, width, height, palette);
  marks(context, scene, plane, solid, view, palette);
  const title = titleOf(scene);
  const cut = solid.top < land.high ? `cut off at ${valued(scene, number(solid.top, 3))}` : "";
  const subtitle = joined(
    !scene.still && "drag to turn it",
    scene.facts.best ? `star: ${minimumOf(scene)}` : withoutMinimum(scene),
    cut,
    plane.words,
  );
  return {
    title, subtitle, description: `Surface of the cost over ${plane.labels.join(" and ")}. ${title}. ${subtitle}.`,
    toData: () => null, hit: () => null, window,
  };
}

/** The surface is cut off a little above the start, so that walls do not hide it. */
function solidOf({ runs, facts }: Scene, land: Landscape): Solid {
  const { low, high, window } = land;
  const bottom = facts.best ? Math.min(low, facts.least) : low;
  const start = runs.length ? runs[0].cost[0] : high;
  const usual = Float64Array.from(land.cost).sort()[Math.floor(0.5 * land.cost.length)];
  const top = Math.min(high, bottom + 1.15 * (Math.max(Math.min(start, high), usual) - bottom)) || high;
  const range = top - bottom || 1;
  return {
    land, top,
    share: (x, y) => [(x - window.x[0]) / (window.x[1] - window.x[0]), (y - window.y[0]) / (window.y[1] - window.y[0])],
    height: (cost) => FLOOR + (1 - FLOOR) * Math.max(0, Math.min(1, (cost - bottom) / range)),
  };
}

/** The view that the floor, the surface below the cut and the post of the heights fill. */
function filling({ settings: { turn, tilt } }: Scene, solid: Solid, width: number, height: number): View {
  const { columns, rows, cost } = solid.land;
  const seen: Share[] = [...CORNERS.map(([x, y]): Share => [x, y, 0])];
  cost.forEach((value, n) => {
    const [i, j] = [Math.floor(n / columns), n % columns];
    if (value <= solid.top) seen.push([j / (columns - 1), i / (rows - 1), solid.height(value)]);
  });
  seen.push([...postOf(viewOf(turn, tilt, width, height)), 1]);
  return viewOf(turn, tilt, width, height, seen);
}

/** The corner farthest to the left, where the heights are written. */
const postOf = (view: View): readonly [number, number] =>
  CORNERS.reduce((a, b) => (view.at(...b, 0)[0] < view.at(...a, 0)[0] ? b : a));

/** Contours on the floor. */
function floor(context: Canvas, { land, share }: Solid, view: View, palette: Palette): void {
  const corner = (x: number, y: number) => view.at(x, y, 0).slice(0, 2) as unknown as Point;
  line(context, [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1), corner(0, 0)], {
    colour: palette.line,
    width: 1,
  });
  for (const ring of land.rings)
    for (const polygon of ring.coordinates)
      for (const loop of polygon) {
        const points = loop.map(([column, row]): Point => {
          const [x, y] = share(...land.at(column, row));
          return x < -1e-9 || x > 1 + 1e-9 || y < -1e-9 || y > 1 + 1e-9 ? [NaN, NaN] : corner(x, y);
        });
        line(context, points, { colour: palette.contour, width: 0.7, alpha: 0.7 });
      }
}

interface Facet {
  readonly points: readonly (readonly [number, number, number])[];
  readonly depth: number;
  readonly level: number; // from 0 at the minimum to 1
}

function facets(context: Canvas, solid: Solid, view: View, palette: Palette): void {
  const list = cells(solid, view).sort((a, b) => a.depth - b.depth);
  const deep = mix(palette.low, palette.accent, 0.45);
  const ramp = Array.from({ length: SHADES + 1 }, (_, i) =>
    mix(deep, mix(palette.low, palette.high, 0.7), Math.sqrt(i / SHADES)),
  );
  const rims = ramp.map((colour) => mix(colour, palette.contour, 0.45));
  context.lineWidth = 0.6;
  context.lineJoin = "round";
  for (const { points, level } of list) {
    context.beginPath();
    points.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](x, y));
    context.closePath();
    const shade = Math.round(SHADES * Math.max(0, level));
    context.fillStyle = ramp[shade];
    context.fill();
    context.strokeStyle = rims[shade];
    context.stroke();
  }
}

/** Quadrilaterals of the surface below the cut. */
function cells({ land, top, height }: Solid, view: View): Facet[] {
  const { columns, rows, cost } = land;
  const found: Facet[] = [];
  const place = (i: number, j: number) => view.at(j / (columns - 1), i / (rows - 1), height(cost[i * columns + j]));
  for (let i = 0; i < rows - 1; i += COARSE)
    for (let j = 0; j < columns - 1; j += COARSE) {
      const [i1, j1] = [Math.min(i + COARSE, rows - 1), Math.min(j + COARSE, columns - 1)];
      const corners = [[i, j], [i, j1], [i1, j1], [i1, j]] as const;
      const costs = corners.map(([a, b]) => cost[a * columns + b]);
      if (Math.min(...costs) >= top) continue;
      const points = corners.map(([a, b]) => place(a, b));
      const mean = costs.reduce((sum, c) => sum + height(c) / 4, 0);
      found.push({ points, depth: points.reduce((sum, p) => sum + p[2], 0), level: (mean - FLOOR) / (1 - FLOOR) });
    }
  return found;
}

/** Paths, balls, start and minimum on the surface. */
function marks(
  context: Canvas, scene: Scene, plane: Plane, solid: Solid, view: View, palette: Palette,
): void {
  const place = (w: ArrayLike<number>, cost: number): Point => {
    const [x, y] = solid.share(...plane.coordinates(w));
    if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return [NaN, NaN];
    const [px, py] = view.at(x, y, solid.height(cost));
    return [px, py];
  };
  scene.runs.forEach((run, i) => {
    const k = Math.min(stepOf(run, scene.settings.cursor), lastSound(run));
    const every = Math.max(1, Math.ceil(k / 600));
    const points: Point[] = [];
    for (let t = 0; t <= k; t += every) points.push(place(stateOf(run, t), run.cost[t]));
    if (k % every) points.push(place(stateOf(run, k), run.cost[k]));
    line(context, points, { colour: palette.card, width: 3.4, alpha: 0.6 });
    line(context, points, { colour: colourOf(palette, i), width: 1.9, dash: dashOf(i) });
  });
  const { facts, settings, objective } = scene;
  const start = place(startOf(scene), objective.value(startOf(scene)));
  if (Number.isFinite(start[0])) handle(context, start, palette);
  const best = facts.best ? place(facts.best, facts.least) : null;
  if (best && Number.isFinite(best[0])) star(context, best, palette);
  [...scene.runs.keys()].reverse().forEach((i) => {
    const run = scene.runs[i];
    const k = Math.min(stepOf(run, settings.cursor), lastSound(run));
    const at = place(stateOf(run, k), run.cost[k]);
    if (Number.isFinite(at[0])) ball(context, at, colourOf(palette, i), palette, i === 0 ? 6 : 5);
  });
}

/** Labels of the two edges of the floor that are nearest, and of the height. */
function edges(
  context: Canvas, plane: Plane, value: string, solid: Solid, view: View, width: number, height: number,
  palette: Palette,
): void {
  const front = (at: (v: number) => readonly number[]) => (at(0)[2] > at(1)[2] ? 0 : 1);
  const near = { x: front((v) => view.at(v, 0.5, 0)), y: front((v) => view.at(0.5, v, 0)) };
  const { window } = solid.land;
  edge(context, (t) => view.at(t, near.y, 0), window.x, plane.labels[0], width, height, palette);
  edge(context, (t) => view.at(near.x, t, 0), window.y, plane.labels[1], width, height, palette);
  context.font = SMALL;
  const post = postOf(view);
  const [low, high] = [view.at(...post, FLOOR), view.at(...post, 1)];
  line(context, [[low[0], low[1]], [high[0], high[1]]], { colour: palette.mute, width: 1 });
  const label = (text: string, y: number): Placed => ({
    text: fit(context, text, low[0] - 8),
    x: low[0] - 5,
    y,
    align: "right",
    colour: palette.mute,
  });
  write(context, label(number(solid.top, 3), high[1]));
  write(context, label(value, (low[1] + high[1]) / 2));
  write(context, label(number(solid.land.known ? solid.land.base : solid.land.low, 3), low[1]));
}

/** Numbers at the ends of an edge of the floor and its label in the middle, below it. */
function edge(
  context: Canvas, at: (t: number) => readonly number[], range: readonly [number, number], label: string,
  width: number, height: number, palette: Palette,
): void {
  const [from, middle, to] = [at(0), at(0.5), at(1)];
  const left = middle[0] < width / 2;
  context.font = SMALL;
  [from, to].forEach((point, i) => {
    const text = number(range[i], 4);
    const size = context.measureText(text).width;
    const x = left ? Math.max(size + 1, point[0] - 4) : Math.min(width - size - 1, point[0] + 4);
    write(context, {
      text,
      x,
      y: Math.min(height - 20, point[1] + 9),
      align: left ? "right" : "left",
      colour: palette.mute,
    });
  });
  context.font = FONT;
  const text = fit(context, label, 0.48 * width);
  const size = context.measureText(text).width;
  const x = left ? Math.max(size + 2, middle[0] + 4) : Math.min(width - size - 2, middle[0] - 4);
  write(context, {
    text,
    x,
    y: Math.min(height - 7, Math.max(middle[1] + 24, 0)),
    align: left ? "right" : "left",
    colour: palette.ink,
  });
}
