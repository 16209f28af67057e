// Panel B for one free parameter: the cost along it, with ball, tangent and every step; the curve of a formula f(x).

import type { Drawn, Palette, Scene } from "../types";
import type { Canvas } from "./canvas";
import { extent, type Interval, padded } from "./extent";
import { type Frame, frame, within } from "./frame";
import { contains } from "./geometry";
import { hintAt } from "./hint";
import { ball, beyond, dot, handle, head, line, type Point, star } from "./marks";
import { number } from "./number";
import { colourOf, dashOf } from "./palette";
import { type Plane, planeOf } from "./plane";
import { titleOf } from "./progress";
import { restricted } from "./restrict";
import { lastSound, minimumOf, startOf, stateOf, stepOf } from "./runs";
import { current } from "./rows";
import { type Box, boxOf, freest, joined, kept, type Placed, plate, SMALL } from "./text";
import { windowOf } from "./window";

const POINTS = 240;
const STATES = 300; // of a path, that are marked

export function curve(
  scene: Scene, context: Canvas, width: number, height: number, palette: Palette,
): Drawn {
  const plane = planeOf(scene);
  const window = windowOf(scene, plane);
  const value = restricted(scene.objective, plane.point(0), plane.along[0]);
  const points = sampled(value, window.x);
  const domain = scene.windows?.map?.y ?? heights(scene, points);
  const up = scene.objective.task === "formula" ? `f(${plane.labels[0]})` : "cost";
  const axes = frame(
    context,
    width,
    height,
    palette,
    { label: plane.labels[0], domain: window.x },
    { label: up, domain },
  );
  const place = (w: ArrayLike<number>): Point => [axes.x(w[plane.axes![0]]), axes.y(value(w[plane.axes![0]]))];
  const start = place(startOf(scene));
  const best = scene.facts.best && place(scene.facts.best);
  const balls = scene.runs.map((_, i) => around(place(current(scene, i))));
  within(context, axes, () => {
    graph(context, points, axes, palette.ink);
    scene.runs.forEach((_, i) => steps(context, scene, i, place, axes, palette));
    const hint = hintAt(context, axes, start, palette, balls);
    const avoid = [
      ...balls,
      around(start, 10),
      ...(best ? [around(best, 10)] : []),
      ...(hint ? [boxOf(context, hint)] : []),
    ];
    if (scene.runs.length) tangent(context, scene, plane, place, axes, palette, avoid);
    if (best) star(context, best, palette);
    handle(context, start, palette);
    if (hint) plate(context, palette, hint);
    for (let i = scene.runs.length - 1; i >= 0; i--) now(context, scene, i, place, axes, palette);
  });
  return drawn(scene, plane, axes, start, value, points);
}

export function sampled(value: (x: number) => number, [low, high]: Interval): Point[] {
  return Array.from({ length: POINTS + 1 }, (_, i) => low + ((high - low) * i) / POINTS).map((x) => [x, value(x)]);
}

/** Heights that are shown: the whole curve, unless its ends rise far above the start and the middle of the window. */
function heights({ runs, facts }: Scene, points: readonly Point[]): Interval {
  const values = points.map(([, y]) => y).filter((y) => Math.abs(y) < 1e150).sort((a, b) => a - b);
  if (values.length === 0) return [-1, 1];
  const quantile = (share: number) => values[Math.round(share * (values.length - 1))];
  const usual = 3 * (quantile(0.9) - quantile(0.1));
  const [low, high] = [Math.max(values[0], quantile(0.1) - usual), Math.min(quantile(1), quantile(0.9) + usual)];
  const marks = [...(runs.length ? [runs[0].cost[0]] : []), ...(facts.best ? [facts.least] : [])];
  return padded(extent([low, high, ...marks]), 0.1);
}

/** The curve; it breaks where the function is not finite or jumps across the picture, as at a pole. */
export function graph(context: Canvas, points: readonly Point[], axes: Frame, colour: string): void {
  const [low, high] = axes.domain.y;
  const jumps = (i: number) => i > 0 && (points[i][1] - high) * (points[i - 1][1] - high) < 0
    && (points[i][1] - low) * (points[i - 1][1] - low) < 0;
  const limit = 20 * (high - low);
  const drawn = points.map(([, y], i) => Number.isFinite(y) && Math.abs(y - low) < limit && !jumps(i));
  context.strokeStyle = colour;
  context.lineWidth = 1.8;
  context.lineJoin = "round";
  context.beginPath();
  points.forEach(([x, y], i) => {
    if (drawn[i] && drawn[i - 1]) context.lineTo(axes.x(x), axes.y(y));
    else if (drawn[i]) context.moveTo(axes.x(x), axes.y(y));
  });
  context.stroke();
}

/** Every state of a run up to the cursor on the curve, joined by thin lines; later ones faint. */
function steps(
  context: Canvas, scene: Scene, index: number, place: (w: ArrayLike<number>) => Point, axes: Frame,
  palette: Palette,
): void {
  const run = scene.runs[index];
  const colour = colourOf(palette, index);
  const k = Math.min(stepOf(run, scene.settings.cursor), lastSound(run));
  const every = Math.max(1, Math.ceil(k / STATES));
  const points: Point[] = [];
  for (let t = 0; t <= k; t += every) points.push(place(stateOf(run, t)));
  const shown = points.slice(0, 1 + Math.max(0, points.findIndex((p) => !contains(axes, ...p)) + 1 || points.length));
  line(context, shown, { colour, width: 1, alpha: 0.6, dash: dashOf(index) });
  shown.forEach((point, i) => {
    context.globalAlpha = 0.35 + (0.65 * (i + 1)) / shown.length;
    if (contains(axes, ...point)) dot(context, point, 3, colour);
  });
  context.globalAlpha = 1;
}

/** The tangent at the cursor, with its slope. */
function tangent(
  context: Canvas, scene: Scene, plane: Plane, place: (w: ArrayLike<number>) => Point, axes: Frame,
  palette: Palette, avoid: readonly Box[],
): void {
  const run = scene.runs[0];
  const w = stateOf(run, Math.min(stepOf(run, scene.settings.cursor), lastSound(run)));
  if (!contains(axes, ...place(w))) return;
  const slope = slopeAt(scene, plane, w);
  const [x, y] = [w[plane.axes![0]], scene.objective.value(w)];
  const reach = axes.domain.x[1] - axes.domain.x[0];
  const ends = [x - reach, x + reach].map((at): Point => [axes.x(at), axes.y(y + slope * (at - x))]);
  line(context, ends, { colour: palette.accent, width: 1.5, dash: [5, 3] });
  context.font = SMALL;
  const text = { text: `slope ${number(slope)}`, align: "center", colour: palette.accent } as const;
  const [px, py] = place(w);
  const rise = (ends[1][1] - ends[0][1]) / (ends[1][0] - ends[0][0]);
  const places = [70, 130].flatMap((distance) => [1, -1].flatMap((side) => [-16, 16].map((down): Placed => {
    const along = (side * distance) / Math.hypot(1, rise);
    return { ...text, x: px + along + 24 * side, y: py + along * rise + down };
  })));
  plate(context, palette, freest(context, places, axes, avoid) ?? kept(context, places[0], axes));
}

const around = ([x, y]: Point, half = 8): Box => ({ left: x - half, right: x + half, top: y - half, bottom: y + half });

function slopeAt({ objective }: Scene, plane: Plane, w: Float64Array): number {
  const gradient = new Float64Array(objective.size);
  objective.gradient(w, gradient);
  return gradient[plane.axes![0]];
}

function now(
  context: Canvas, scene: Scene, index: number, place: (w: ArrayLike<number>) => Point, axes: Frame,
  palette: Palette,
): void {
  const run = scene.runs[index];
  const at = place(stateOf(run, Math.min(stepOf(run, scene.settings.cursor), lastSound(run))));
  const colour = colourOf(palette, index);
  if (contains(axes, ...at)) return ball(context, at, colour, palette, index === 0 ? 6 : 5);
  const aside = at[0] < axes.left || at[0] > axes.right;
  const height = axes.top + 24 + 18 * index;
  if (!aside) return beyond(context, [at[0], axes.top + 60], at, axes, colour, palette);
  const right = at[0] > axes.right;
  const edge = right ? axes.right : axes.left;
  head(context, [edge, height], right ? 1 : -1, 0, 12, colour);
  context.font = SMALL;
  const state = stateOf(run, Math.min(stepOf(run, scene.settings.cursor), lastSound(run)))[planeOf(scene).axes![0]];
  plate(context, palette, {
    text: number(state),
    x: edge + (right ? -17 : 17),
    y: height,
    align: right ? "right" : "left",
    colour,
  });
}

function drawn(
  scene: Scene,
  plane: Plane,
  axes: Frame,
  start: Point,
  value: (x: number) => number,
  points: readonly Point[],
): Drawn {
  const { facts, objective } = scene;
  const name = plane.labels[0];
  const best = facts.best && facts.best[plane.axes![0]];
  const found =
    best === null ? "no minimum is known" : `star: ${minimumOf(scene)}, ${number(value(best))} at ${number(best)}`;
  const deeper =
    best !== null && !objective.convex && points.some(([, y]) => y < value(best) - 1e-6 * Math.abs(value(best)))
      ? "the curve is lower elsewhere in this window"
      : "";
  const title = titleOf(scene);
  const subtitle = joined(found, deeper, "dots: each step", "dashed: tangent", plane.words);
  return {
    title,
    subtitle,
    description: `The cost along ${name}. ${title}. ${subtitle}.`,
    toData: axes.toData,
    hit: (x, y) => (Math.hypot(x - start[0], y - start[1]) <= 16 ? { kind: "start", index: 0 } : null),
    window: { x: axes.domain.x, y: axes.domain.y },
    startAt: (x, y) => [...plane.point(axes.invert(x, y)[0])],
  };
}
