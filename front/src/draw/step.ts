// Panel D: the cost along the step that begins at the cursor, with ball, tangent, arrow and the ring where it lands.

import { counted, number, whole } from "../text/number";
import type { Drawn, Palette, Scene } from "../types";
import type { Canvas } from "./canvas";
import { extent, type Interval, padded } from "./extent";
import { type Frame, frame, within } from "./frame";
import { contains } from "./geometry";
import { ball, beyond, head, line, type Point, ring } from "./marks";
import { colourOf } from "./palette";
import { numberOf, stepOf, valueOf } from "./runs";
import { verdictOf } from "./step_words";
import { type Stride, strideOf } from "./stride";

const FAR = 1e4; // multiple of the step's length beyond which the lowest point is not shown
const ROUNDING = 1e-6; // of the parameters: shorter distances would show the rounding of the cost

export function step(scene: Scene, context: Canvas, width: number, height: number, palette: Palette): Drawn {
  const stride = strideOf(scene);
  const [from, to] = reachOf(stride);
  const pieces = scene.objective.rows > 500 ? 40 : 80;
  const points: Point[] = Array.from({ length: pieces + 1 }, (_, i) => {
    const s = from + ((to - from) * i) / pieces;
    return [s, stride.cost(s)];
  });
  const label = `distance along the ${stride.length > 0 ? "step" : "negative gradient"}`;
  const domain = heightsOf(stride, points);
  const axes = frame(context, width, height, palette, { label, domain: [from, to] }, { label: valueOf(scene), domain });
  const colour = colourOf(palette, 0);
  within(context, axes, () => {
    line(context, points.map(([s, y]): Point => [axes.x(s), axes.y(y)]), { colour: palette.ink, width: 1.8 });
    const tangent = [from, to].map((s): Point => [axes.x(s), axes.y(stride.before + stride.slope * s)]);
    line(context, clipped(tangent, axes), { colour: palette.accent, width: 1.5, dash: [5, 3] });
    landing(context, stride, axes, colour, palette);
    ball(context, [axes.x(0), axes.y(stride.before)], colour, palette, 6.5);
  });
  return drawn(scene, stride, axes);
}

/** The part of the line that is shown: ball, ring and, unless it is very far away, the lowest point. */
function reachOf({ length, lowest, size }: Stride): [number, number] {
  const low = lowest ?? 3 * length;
  const near = length > 0 ? Math.min(2.2 * low, FAR * length) : 2.2 * low;
  const span = Math.max(near, 1.18 * length, ROUNDING * size) || 1;
  return [-0.25 * span, span];
}

/** Heights ahead of the ball, and a little more: a steep wall behind it is cut off. */
function heightsOf({ before, after }: Stride, points: readonly Point[]): Interval {
  const [low, high] = extent(
    [...points.filter(([s]) => s >= 0).map(([, y]) => y), before, after],
    1e-9 * Math.abs(before),
  );
  const [, behind] = extent([...points.map(([, y]) => y), high]);
  return padded([low, Math.min(behind, high + 0.5 * (high - low))], 0.12);
}

/** A steep tangent, kept to pixels that a canvas can draw. */
function clipped([a, b]: Point[], axes: Frame): Point[] {
  const rise = (b[1] - a[1]) / (b[0] - a[0]);
  if (!Number.isFinite(rise)) return [];
  const most = 4 * (axes.bottom - axes.top);
  if (Math.abs(rise * (b[0] - a[0])) <= most) return [a, b];
  const zero = axes.x(0);
  const y = a[1] + rise * (zero - a[0]);
  return [
    [zero - most / Math.abs(rise), y - most * Math.sign(rise)],
    [zero + most / Math.abs(rise), y + most * Math.sign(rise)],
  ];
}

/** The arrow as long as the step, and the ring where it lands. */
function landing(context: Canvas, stride: Stride, axes: Frame, colour: string, palette: Palette): void {
  const { length, before, after } = stride;
  if (!(length > 0)) return;
  const [start, base] = [axes.x(0), axes.bottom - 12];
  const end = Math.min(axes.x(length), axes.right + 40);
  const at: Point = [end, axes.y(Number.isFinite(after) ? after : axes.domain.y[1] * 2)];
  line(context, [[start, base], [Math.max(start, end - 7), base]], { colour, width: 2.2 });
  head(context, [Math.min(end, axes.right), base], 1, 0, Math.min(9, Math.max(4, end - start)), colour);
  const drop = { colour, width: 1.2, dash: [2, 3], alpha: 0.7 };
  line(context, [[start, axes.y(before)], [start, base]], drop);
  if (!contains(axes, ...at))
    return beyond(context, [start, axes.y(before)], [end, Math.max(-1e4, at[1])], axes, colour, palette);
  line(context, [at, [end, base]], drop);
  ring(context, at, 5.5, colour, palette.card);
}

function drawn(scene: Scene, stride: Stride, axes: Frame): Drawn {
  const title = verdictOf(scene, stride);
  const { k, length, slope, rows } = stride;
  const [rate, run] = [scene.settings.rate, scene.runs[0]];
  const at = (t: number) => whole(run ? numberOf(run, t) : t);
  const cut = run && k < Math.min(stepOf(run, scene.settings.cursor), run.steps - 1);
  const product = Math.abs(length - rate * Math.abs(slope)) <= 1e-9 * length && length > 0;
  const made = product ? `length = rate × slope = ${number(rate)} × ${number(Math.abs(slope))} = ${number(length)}`
    : `length ${number(length)}, slope ${number(slope)}`;
  const subtitle = [
    length > 0 ? `step ${at(k)} → ${at(k + 1)}` : `step ${at(k)}`,
    ...(rows ? [`direction from ${counted(rows, "drawn row")}, cost of all ${whole(scene.objective.rows)} rows`] : []),
    made,
    ...(cut ? ["later steps are too large to draw"] : []),
  ].join(" · ");
  return {
    title,
    subtitle,
    description: `The cost along the step, with ball, tangent and landing point. ${title}. ${subtitle}.`,
    toData: axes.toData,
    hit: () => null,
  };
}
