// Panel A for two classes and two features: the rows, and the line on which the probability is the cut-off.

import { confusionAt } from "../judge/confusion";
import { whole } from "../text/number";
import type { Drawn, Palette, Scene, Vec } from "../types";
import type { Canvas } from "./canvas";
import { extent, padded } from "./extent";
import { type Frame, frame, within } from "./frame";
import { line, type Point } from "./marks";
import { colourOf, dashOf } from "./palette";
import { confusionTitle, confusionWords, current, hitRow, leading, linkOf, shownRows, thinned } from "./rows";
import { shownStep } from "./runs";
import { marks } from "./sigmoid";
import { brief, joined } from "./text";

export function boundary(
  scene: Scene, context: Canvas, width: number, height: number, palette: Palette,
): Drawn {
  const { objective, facts, settings, windows } = scene;
  const table = objective.table!;
  const [first, second] = table.features;
  const window = windows?.data ?? { x: padded(extent(first.values)), y: padded(extent(second.values)) };
  const axes = frame(context, width, height, palette,
    { label: first.name, domain: window.x }, { label: second.name, domain: window.y });
  const rows = shownRows(objective.rows);
  const place = (i: number): Point => [axes.x(first.values[i]), axes.y(second.values[i])];
  const w = leading(scene);
  const z = linkOf(table, settings.cutoff);
  const edge = (w: Vec) => border(objective.raw(w), z, axes);
  within(context, axes, () => {
    sides(context, objective.raw(w), z, axes, palette);
    if (facts.best)
      line(context, edge(facts.best), { colour: palette.mute, width: 1.3, dash: [5, 4] });
    for (let i = scene.runs.length - 1; i >= 0; i--)
      line(context, edge(current(scene, i)), { colour: colourOf(palette, i), width: 2.4, dash: dashOf(i) });
    marks(context, scene, w, rows, place, palette);
  });
  return drawn(scene, axes, w, (x, y) => hitRow(rows, place, x, y));
}

/** Corners of the frame in data, in order around it. */
function corners({ domain: { x, y } }: Frame): Point[] {
  return [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]];
}

/** The part of the frame where a x + b y + c >= z: the frame cut along a line. */
function above(raw: ArrayLike<number>, z: number, axes: Frame): Point[] {
  const value = ([x, y]: Point) => raw[0] * x + raw[1] * y + raw[2] - z;
  return corners(axes).flatMap((corner, i, all): Point[] => {
    const next = all[(i + 1) % 4];
    const [here, there] = [value(corner), value(next)];
    const share = here / (here - there);
    const crossing: Point[] = here >= 0 !== there >= 0
      ? [[corner[0] + share * (next[0] - corner[0]), corner[1] + share * (next[1] - corner[1])]] : [];
    return here >= 0 ? [corner, ...crossing] : crossing;
  });
}

/** Tints the two sides lightly with the colours of the classes. */
function sides(context: Canvas, raw: Vec, z: number, axes: Frame, palette: Palette): void {
  context.globalAlpha = palette.dark ? 0.16 : 0.1;
  context.fillStyle = palette.classes[0];
  const second = above(raw, z, axes);
  const first = above(raw.map((v) => -v), -z, axes);
  for (const [polygon, colour] of [[first, palette.classes[0]], [second, palette.classes[1]]] as const) {
    if (polygon.length < 3) continue;
    context.fillStyle = colour;
    context.beginPath();
    polygon.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](axes.x(x), axes.y(y)));
    context.closePath();
    context.fill();
  }
  context.globalAlpha = 1;
}

/** Pixels of the line on which a x + b y + c = z, inside of the frame. */
function border(raw: Vec, z: number, axes: Frame): Point[] {
  const value = ([x, y]: Point) => raw[0] * x + raw[1] * y + raw[2] - z;
  const points = corners(axes).flatMap((corner, i, all): Point[] => {
    const next = all[(i + 1) % 4];
    const [here, there] = [value(corner), value(next)];
    if (here >= 0 === there >= 0) return [];
    const share = here / (here - there);
    return [[axes.x(corner[0] + share * (next[0] - corner[0])), axes.y(corner[1] + share * (next[1] - corner[1]))]];
  });
  return points.length === 2 ? points : [];
}

function drawn(scene: Scene, axes: Frame, w: Vec, hit: Drawn["hit"]): Drawn {
  const { objective, facts, settings } = scene;
  const { features, target } = objective.table!;
  const [no, yes] = target.classes ?? [`${target.name} = 0`, `${target.name} = 1`];
  const rows = confusionAt(objective, w, settings.cutoff);
  const title = confusionTitle(rows, settings.cutoff);
  const subtitle = joined(
    `line: probability ${String(settings.cutoff)} at step ${whole(shownStep(scene))}`,
    `squares: ${brief(no, 16)}, discs: ${brief(yes, 16)}`, confusionWords(rows),
    facts.separable ? "the classes are separable: no finite optimum" : "", thinned(objective.rows),
  );
  const [x, y] = features.map(({ name }) => brief(name));
  return {
    title,
    subtitle,
    description: `${whole(objective.rows)} rows over ${x} and ${y}. ${title}. ${subtitle}.`,
    toData: axes.toData,
    hit,
    window: axes.domain,
    columns: [features[0].name, features[1].name],
  };
}
