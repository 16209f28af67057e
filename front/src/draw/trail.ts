// Paths of runs on a map: thin, fading with age, with an arrow at the border where a path leaves.

import { stateOf } from "../engine/parameters";
import type { Palette, Run, Scene } from "../types";
import type { Canvas } from "./canvas";
import { contains } from "./geometry";
import { ball, beyond, dot, line, type Point } from "./marks";
import { colourOf, dashOf } from "./palette";
import { lastSound, stepOf } from "./runs";
import type { Box } from "./text";

/** Pixels of parameters; not finite where they are too far away to be drawn. */
export type Place = (w: ArrayLike<number>) => Point;

const DOTS = 60; // states that are marked one by one
const CLOSE = 0.7; // pixels: nearer states are not drawn
const AGES = [0.35, 0.55, 0.8, 1]; // strength of the parts of a path, oldest first

/** The pixels of states from `first` to `last`, up to the first that is far outside. */
function pixels(run: Run, place: Place, box: Box, first: number, last: number): Point[] {
  const points: Point[] = [];
  const wide = { left: 2 * box.left - box.right, right: 2 * box.right - box.left, top: 2 * box.top - box.bottom,
    bottom: 2 * box.bottom - box.top };
  for (let t = first; t <= last; t++) {
    const point = place(stateOf(run, t));
    const before = points[points.length - 1];
    const sound = Math.abs(point[0]) < 1e6 && Math.abs(point[1]) < 1e6;
    if (!before || t === last || !sound || Math.hypot(point[0] - before[0], point[1] - before[1]) >= CLOSE)
      points.push(sound ? point : far(before ?? point, point));
    if (!sound || !contains(wide, ...point)) break;
  }
  return points;
}

/** A place outside, in the direction of a point that is too far away. */
function far(from: Point, to: Point): Point {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]].map((d) =>
    Number.isNaN(d) ? 0 : Math.max(-1e100, Math.min(1e100, d)),
  );
  const length = Math.hypot(dx, dy) || 1;
  return [from[0] + (5e3 * dx) / length, from[1] + (5e3 * dy) / length];
}

/** Draws the path of one run: faint as a whole, strong up to the cursor, stronger where it is younger. */
export function trail(
  context: Canvas, scene: Scene, index: number, place: Place, box: Box, palette: Palette,
): void {
  const run = scene.runs[index];
  const colour = colourOf(palette, index);
  const k = Math.min(stepOf(run, scene.settings.cursor), lastSound(run));
  const whole = pixels(run, place, box, 0, run.steps);
  line(context, whole, { colour, width: 1.1, alpha: 0.3 });
  const past = pixels(run, place, box, 0, k);
  const part = Math.max(1, Math.ceil((past.length - 1) / AGES.length));
  AGES.forEach((alpha, i) => {
    const piece = past.slice(i * part, (i + 1) * part + 1);
    if (piece.length < 2) return;
    line(context, piece, { colour: palette.card, width: 3.6, alpha: 0.7 * alpha });
    line(context, piece, { colour, width: 1.8, dash: dashOf(palette, index), alpha });
  });
  if (past.length <= DOTS)
    for (const point of past.slice(0, -1)) if (contains(box, ...point)) dot(context, point, 2.2, colour);
}

/** The ball of one run at the cursor, or an arrow at the border if it is outside; says which. */
export function present(
  context: Canvas, scene: Scene, index: number, place: Place, box: Box, palette: Palette,
): "inside" | "outside" {
  const run = scene.runs[index];
  const k = Math.min(stepOf(run, scene.settings.cursor), lastSound(run));
  const at = place(stateOf(run, k));
  const colour = colourOf(palette, index);
  if (contains(box, ...at)) {
    ball(context, at, colour, palette, index === 0 ? 6 : 5);
    return "inside";
  }
  const before = k > 0 ? place(stateOf(run, k - 1)) : at;
  const centre: Point = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  beyond(context, contains(box, ...before) ? before : centre, far(centre, at), box, colour, palette);
  return "outside";
}
