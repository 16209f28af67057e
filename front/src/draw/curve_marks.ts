// What lies on a curve of the cost along one parameter: every state of the runs, the tangent, the balls.

import { stateOf } from "../engine/parameters";
import { number } from "../text/number";
import type { Palette, Scene } from "../types";
import type { Canvas } from "./canvas";
import type { Frame } from "./frame";
import { contains } from "./geometry";
import { ball, beyond, dot, head, line, type Point } from "./marks";
import { colourOf, dashOf } from "./palette";
import { current } from "./rows";
import { lastSound, stepOf } from "./runs";
import { type Box, boxOf, freest, overlap, type Placed, plate, SMALL } from "./text";

const STATES = 300; // of a path, that are marked

/** The curve in its frame. */
export interface Curve {
  readonly scene: Scene;
  readonly axes: Frame;
  readonly index: number; // of the parameter
  /** Pixels of parameters on the curve. */
  place(w: ArrayLike<number>): Point;
}

export const around = ([x, y]: Point, half: number): Box =>
  ({ left: x - half, right: x + half, top: y - half, bottom: y + half });

/** Every state of a run up to the cursor on the curve, joined by thin lines; earlier ones fainter. */
export function states(context: Canvas, { scene, axes, place }: Curve, index: number, palette: Palette): void {
  const run = scene.runs[index];
  const colour = colourOf(palette, index);
  const k = Math.min(stepOf(run, scene.settings.cursor), lastSound(run));
  const every = Math.max(1, Math.ceil(k / STATES));
  const points = Array.from({ length: Math.floor(k / every) + 1 }, (_, i) => place(stateOf(run, i * every)));
  const left = points.findIndex((point) => !contains(axes, ...point));
  const shown = left < 0 ? points : points.slice(0, left + 1);
  line(context, shown, { colour, width: 1, alpha: 0.6, dash: dashOf(index) });
  shown.forEach((point, i) => {
    context.globalAlpha = 0.35 + (0.65 * (i + 1)) / shown.length;
    if (contains(axes, ...point)) dot(context, point, 3, colour);
  });
  context.globalAlpha = 1;
}

/** The tangent at the cursor, with its slope where there is room: over no mark, and little of the curve. */
export function tangent(context: Canvas, curve: Curve, palette: Palette, marks: readonly Box[], graph: Box[]): void {
  const { scene, axes, index, place } = curve;
  const w = current(scene, 0);
  const [px, py] = place(w);
  if (!contains(axes, px, py)) return;
  const gradient = new Float64Array(scene.objective.size);
  scene.objective.gradient(w, gradient);
  const slope = gradient[index];
  const [x, y] = [w[index], scene.objective.value(w)];
  const ends = axes.domain.x.map((at): Point => [axes.x(at), axes.y(y + slope * (at - x))]);
  line(context, ends, { colour: palette.accent, width: 1.5, dash: [5, 3] });
  context.font = SMALL;
  const rise = (ends[1][1] - ends[0][1]) / (ends[1][0] - ends[0][0]);
  const text = { text: `slope ${number(slope)}`, align: "center", colour: palette.accent } as const;
  const places = [46, -46, 70, -70, 100, -100, 130, -130, 170, -170].flatMap((far) =>
    [-16, 16, -32, 32].map((down): Placed => {
      const along = far / Math.hypot(1, rise);
      return { ...text, x: px + along + 24 * Math.sign(far), y: py + along * rise + down };
    }),
  );
  const clear = places.filter((placed) => !marks.some((mark) => overlap(mark, boxOf(context, placed))));
  const free = freest(context, clear, axes, graph);
  if (free) plate(context, palette, free);
}

/** The ball of a run at the cursor; an arrow at the top if it is above the picture. */
export function present(context: Canvas, { scene, axes, place }: Curve, index: number, palette: Palette): void {
  const at = place(current(scene, index));
  const colour = colourOf(palette, index);
  if (contains(axes, ...at)) ball(context, at, colour, palette, index === 0 ? 6 : 5);
  else if (at[0] >= axes.left && at[0] <= axes.right)
    beyond(context, [at[0], axes.top + 60], at, axes, colour, palette);
}

/** The values of runs that are beside the picture, to be written at its borders. */
export function beside(context: Canvas, { scene, axes, index, place }: Curve, palette: Palette): Placed[] {
  context.font = SMALL;
  return scene.runs.flatMap((_, i): Placed[] => {
    const w = current(scene, i);
    const [x] = place(w);
    if (x >= axes.left && x <= axes.right) return [];
    const right = !(x < axes.left);
    const [edge, align] = right ? [axes.right - 17, "right" as const] : [axes.left + 17, "left" as const];
    return [{ text: number(w[index]), x: edge, y: axes.top + 24 + 18 * i, align, colour: colourOf(palette, i) }];
  });
}

/** Writes the values at the borders, each with an arrow. */
export function arrows(context: Canvas, axes: Frame, values: readonly Placed[], palette: Palette): void {
  for (const placed of values) {
    const right = placed.align === "right";
    head(context, [right ? axes.right : axes.left, placed.y], right ? 1 : -1, 0, 12, placed.colour);
    context.font = SMALL;
    plate(context, palette, placed);
  }
}

export const boxesOf = (context: Canvas, values: readonly Placed[]): Box[] =>
  values.map((placed) => boxOf(context, placed));
