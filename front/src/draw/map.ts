// Panel B: the cost over two parameters as labelled contours, with the paths of all runs, the start and the minimum.

import { stateOf } from "../engine/parameters";
import { number, whole } from "../text/number";
import type { Drawn, Palette, Run, Scene } from "../types";
import type { Canvas } from "./canvas";
import { curve } from "./curve";
import { type Frame, frame, within } from "./frame";
import { landscapeOf, type Landscape } from "./landscape";
import { hintAt } from "./hint";
import { handle, type Point, star } from "./marks";
import { mix } from "./palette";
import { type Plane, planeOf } from "./plane";
import { titleOf } from "./progress";
import { current } from "./rows";
import { labelsOf, lastSound, minimumOf, shownStep, startOf, valueOf, withoutMinimum } from "./runs";
import { surface } from "./surface";
import { type Box, boxOf, inside, joined, overlap, plate, SMALL } from "./text";
import { type Place, present, trail } from "./trail";
import { windowOf } from "./window";

const CANDIDATES = 60; // places on a contour that are tried for its label
const SAMPLE = 30; // states of a path that labels keep away from
const REACH = 16; // pixels within which the start is taken up

/** The map that the settings ask for: a curve of one free parameter, contours, or the surface. */
export function map(scene: Scene, context: Canvas, width: number, height: number, palette: Palette): Drawn {
  const plane = planeOf(scene);
  if (plane.along.length === 1) return curve(scene, context, width, height, palette);
  return (scene.settings.view === "surface" ? surface : contour)(scene, context, width, height, palette);
}

function contour(
  scene: Scene, context: Canvas, width: number, height: number, palette: Palette,
): Drawn {
  const plane = planeOf(scene);
  const window = windowOf(scene, plane);
  const land = landscapeOf(scene, plane, window);
  const axes = frame(context, width, height, palette,
    { label: plane.labels[0], domain: window.x }, { label: plane.labels[1], domain: window.y });
  const place = (w: ArrayLike<number>): Point => {
    const [x, y] = plane.coordinates(w);
    return [axes.x(x), axes.y(y)];
  };
  const start = place(startOf(scene));
  const best = scene.facts.best && place(scene.facts.best);
  const outside: number[] = [];
  within(context, axes, () => {
    relief(context, land, axes, palette);
    const taken = [around(start, 12), ...(best ? [around(best, 12)] : [])];
    const ways = scene.runs.flatMap((run) => along(run, place));
    const marked = [...(best ? [around(best, 10)] : []), ...balls(scene, place), ...ways];
    const hint = hintAt(context, axes, start, palette, marked, scene.still);
    heights(context, land, axes, palette, best ?? start, start, [
      ...taken,
      ...ways,
      ...(hint ? [boxOf(context, hint)] : []),
    ]);
    scene.runs.forEach((_, i) => trail(context, scene, i, place, axes, palette));
    if (best) star(context, best, palette);
    handle(context, start, palette);
    if (hint) plate(context, palette, hint);
    for (let i = scene.runs.length - 1; i >= 0; i--)
      if (present(context, scene, i, place, axes, palette) === "outside") outside.unshift(i);
  });
  return drawn(scene, plane, land, axes, start, outside);
}

/** Fills the window, darker where the cost is lower, and draws the contours. */
function relief(context: Canvas, land: Landscape, axes: Frame, palette: Palette): void {
  context.fillStyle = land.levels.length ? palette.low : mix(palette.low, palette.high, 0.5);
  context.fillRect(axes.left, axes.top, axes.right - axes.left, axes.bottom - axes.top);
  context.strokeStyle = palette.contour;
  context.lineWidth = 0.8;
  land.rings.forEach((ring, i) => {
    context.beginPath();
    for (const polygon of ring.coordinates)
      for (const loop of polygon)
        loop.forEach(([column, row], k) => {
          const [x, y] = land.at(column, row);
          if (k === 0) context.moveTo(axes.x(x), axes.y(y));
          else if (k < loop.length - 1) context.lineTo(axes.x(x), axes.y(y));
          else context.closePath();
        });
    context.fillStyle = mix(palette.low, palette.high, (i + 1) / land.rings.length);
    context.fill();
    context.stroke();
  });
}

/** Labels of the levels: on the far side of the minimum from the start, where no path begins. */
function heights(
  context: Canvas, land: Landscape, axes: Frame, palette: Palette, middle: Point, start: Point, taken: Box[],
): void {
  context.font = SMALL;
  const ray = Math.atan2(middle[1] - start[1], middle[0] - start[0] || 1e-9);
  const clear = { left: axes.left + 2, right: axes.right - 2, top: axes.top + 2, bottom: axes.bottom - 2 };
  land.rings.forEach((ring, i) => {
    const text = `${land.base !== 0 ? "+" : ""}${number(land.levels[i])}`;
    const all = ring.coordinates.flatMap((polygon) => polygon.flat());
    const every = Math.ceil(all.length / CANDIDATES);
    const points = all.filter((_, n) => n % every === 0).map(([column, row]): Point => {
      const [x, y] = land.at(column, row);
      return [axes.x(x), axes.y(y)];
    });
    const turn = ([x, y]: Point) => Math.abs(Math.atan2(Math.sin(Math.atan2(y - middle[1], x - middle[0]) - ray),
      Math.cos(Math.atan2(y - middle[1], x - middle[0]) - ray)));
    const near = points.map((point) => ({ point, turn: turn(point) })).sort((a, b) => a.turn - b.turn);
    for (const { point: [x, y] } of near) {
      const placed = { text, x, y, align: "center", colour: palette.mute } as const;
      const box = boxOf(context, placed);
      if (!inside(box, clear) || taken.some((other) => overlap(box, other))) continue;
      taken.push(plate(context, palette, placed, 0.75));
      return;
    }
  });
}

/** Where the runs are at the cursor: no words are written there. */
const balls = (scene: Scene, place: Place): Box[] => scene.runs.map((_, i) => around(place(current(scene, i)), 7));

/** Small boxes along a path, for labels to keep away from. */
function along(run: Run, place: Place): Box[] {
  const states = Math.min(lastSound(run), SAMPLE);
  const points = Array.from({ length: states + 1 }, (_, i) =>
    place(stateOf(run, Math.round((i * lastSound(run)) / Math.max(1, states)))),
  );
  return points.flatMap((point, i) => (i ? [1 / 3, 2 / 3, 1] : [1]).map((share) => {
    const before = points[Math.max(0, i - 1)];
    return around([before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])], 3);
  }));
}

const around = ([x, y]: Point, half: number): Box => ({
  left: x - half,
  right: x + half,
  top: y - half,
  bottom: y + half,
});

function drawn(
  scene: Scene,
  plane: Plane,
  land: Landscape,
  axes: Frame,
  start: Point,
  outside: readonly number[],
): Drawn {
  const labels = labelsOf(scene);
  const title = titleOf(scene);
  const lines =
    land.levels.length === 0
      ? "the cost is the same everywhere in this window"
      : `contours: ${valueOf(scene)}${land.base !== 0 ? ` above ${minimumOf(scene)}` : ""}`;
  const counted = land.levels.length > 0 && land.base !== 0; // its words name the minimum already
  const left = outside.length ? `${outside.map((i) => labels[i]).join(", ")} outside of this window` : "";
  const subtitle = joined(
    scene.runs.length > 1 && `step ${whole(shownStep(scene))}`,
    scene.facts.best && counted ? `${lines} (star)` : lines,
    !scene.facts.best ? withoutMinimum(scene) : !counted && `star: ${minimumOf(scene)}`,
    plane.words,
    left,
  );
  return {
    title,
    subtitle,
    description: `Map of the cost over ${plane.labels.join(" and ")}. ${title}. ${subtitle}.`,
    toData: axes.toData,
    hit: (x, y) => (Math.hypot(x - start[0], y - start[1]) <= REACH ? { kind: "start", index: 0 } : null),
    window: land.window,
    startAt: (x, y) => [...plane.point(...axes.invert(x, y))],
  };
}
