// Panel A for two classes: the probability curve, rows at 0 and 1, the cut-off, misclassified rows ringed.
// With several features the rows are placed by the linear predictor z.

import { confusionAt } from "../judge/confusion";
import { whole } from "../text/number";
import type { Drawn, Palette, Scene, Vec } from "../types";
import type { Canvas } from "./canvas";
import { extent, padded } from "./extent";
import { type Frame, frame, within } from "./frame";
import { dots, line, type Point, ring, square } from "./marks";
import { colourOf, dashOf } from "./palette";
import { confusionTitle, confusionWords, current, hitRow, leading, linkOf, radiusOf, shownRows, thinned } from "./rows";
import { shownStep } from "./runs";
import { brief, fit, joined, plate, SMALL } from "./text";

const PIECES = 120;

export function sigmoid(
  scene: Scene, context: Canvas, width: number, height: number, palette: Palette,
): Drawn {
  const { objective, facts, windows } = scene;
  const table = objective.table!;
  const w = leading(scene);
  const single = table.features.length === 1;
  const rows = shownRows(objective.rows);
  const at = (i: number) => (single ? table.features[0].values[i] : table.linear(w, i));
  const domain = (single && windows?.data?.x) || padded(extent(rows.map(at).map(bounded)));
  const name = brief(table.target.classes?.[1] ?? table.target.name);
  const axes = frame(
    context,
    width,
    height,
    palette,
    { label: single ? table.features[0].name : "linear predictor z", domain },
    {
      label: `probability of ${name}`,
      domain: [-0.14, 1.14],
      ticks: [0, 0.25, 0.5, 0.75, 1].map((v) => ({ at: v, text: String(v) })),
    },
  );
  const place = (i: number): Point => [axes.x(bounded(at(i))), axes.y(lifted(scene, i))];
  within(context, axes, () => {
    cutoff(context, scene, w, single, axes, palette);
    if (single && facts.best)
      curve(context, scene, facts.best, axes, { colour: palette.mute, width: 1.3, dash: [5, 4] });
    if (single) for (let i = scene.runs.length - 1; i >= 0; i--)
      curve(context, scene, current(scene, i), axes, { colour: colourOf(palette, i), width: 2.4, dash: dashOf(i) });
    else curve(context, scene, null, axes, { colour: colourOf(palette, 0), width: 2.4 });
    marks(context, scene, w, rows, place, palette);
  });
  return drawn(scene, axes, w, single, (x, y) => hitRow(rows, place, x, y));
}

const bounded = (z: number): number => Math.max(-1e6, Math.min(1e6, z));

/** Height of a row: 0 or 1, moved a little where many rows lie on each other. */
function lifted({ objective }: Scene, row: number): number {
  const value = objective.table!.target.values[row];
  if (objective.rows <= 60) return value;
  const spread = ((row * 0.6180339887) % 1) * 0.08;
  return value > 0.5 ? value + spread : value - spread;
}

/** The probability over the frame: of a feature, or of z itself if there are no parameters. */
function curve(
  context: Canvas, { objective }: Scene, w: Vec | null, axes: Frame,
  stroke: { colour: string; width: number; dash?: readonly number[] },
): void {
  const [slope, intercept] = w ? objective.raw(w) : [1, 0];
  const [low, high] = axes.domain.x;
  const points = Array.from({ length: PIECES + 1 }, (_, i): Point => {
    const x = low + ((high - low) * i) / PIECES;
    return [axes.x(x), axes.y(objective.table!.predict(slope * x + intercept))];
  });
  line(context, steepened(points, slope, intercept, axes), stroke);
}

/** A curve that is steeper than its points: its rise is drawn where it is, not slanted between two points. */
function steepened(points: Point[], slope: number, intercept: number, axes: Frame): Point[] {
  const x = axes.x(-intercept / slope);
  const next = points.findIndex((p) => p[0] > x);
  if (next < 1 || Math.abs(points[next][1] - points[next - 1][1]) < 0.3 * (axes.bottom - axes.top)) return points;
  return [...points.slice(0, next), [x, points[next - 1][1]], [x, points[next][1]], ...points.slice(next)];
}

function cutoff(
  context: Canvas, scene: Scene, w: Vec, single: boolean, axes: Frame, palette: Palette,
): void {
  const { objective, settings } = scene;
  const y = axes.y(settings.cutoff);
  line(context, [[axes.left, y], [axes.right, y]], { colour: palette.accent, width: 1.3, dash: [2, 3] });
  const z = linkOf(objective.table!, settings.cutoff);
  const [slope, intercept] = single ? objective.raw(w) : [1, 0];
  const x = axes.x((z - intercept) / slope);
  if (x > axes.left && x < axes.right)
    line(context, [[x, axes.top], [x, axes.bottom]], { colour: palette.accent, width: 1.3, dash: [2, 3] });
  context.font = SMALL;
  const right = !(x > (axes.left + axes.right) / 2);
  plate(context, palette, {
    text: fit(context, `cut-off ${String(settings.cutoff)}`, 120), x: right ? axes.right - 5 : axes.left + 5, y: y - 9,
    align: right ? "right" : "left", colour: palette.accent,
  }, 0.7);
}

/** Rows: discs of the second class, squares of the first; a ring around those on the wrong side of the cut-off. */
export function marks(
  context: Canvas, { objective, settings }: Scene, w: Vec, rows: readonly number[],
  place: (i: number) => Point, palette: Palette,
): void {
  const table = objective.table!;
  const radius = radiusOf(rows.length);
  const many = rows.length > 300;
  const is = (i: number) => table.target.values[i] > 0.5;
  context.globalAlpha = many ? 0.6 : 1;
  for (const i of rows) if (!is(i)) square(context, place(i), 0.9 * radius, palette.classes[0]);
  dots(context, rows.filter(is).map(place), Math.max(2, radius), palette.classes[1]);
  context.globalAlpha = 1;
  const wrong = rows.filter((i) => is(i) !== table.predict(table.linear(w, i)) >= settings.cutoff);
  for (const i of wrong) ring(context, place(i), radius + (many ? 1.6 : 3), palette.ink, null, many ? 1 : 2);
}

function drawn(scene: Scene, axes: Frame, w: Vec, single: boolean, hit: Drawn["hit"]): Drawn {
  const { objective, facts, settings } = scene;
  const table = objective.table!;
  const rows = confusionAt(objective, w, settings.cutoff);
  const title = confusionTitle(rows, settings.cutoff);
  const separated = facts.separable ? "the classes are separable: no finite optimum" : "";
  const subtitle = joined(
    `${single ? "solid" : "rows by their z"}: step ${whole(shownStep(scene))}`,
    single && facts.best ? "dashed: the minimum" : "",
    confusionWords(rows),
    separated,
    thinned(objective.rows),
  );
  const name = brief(table.target.classes?.[1] ?? table.target.name);
  return {
    title,
    subtitle,
    description: `${whole(objective.rows)} rows and the probability of ${name}. ${title}. ${subtitle}.`,
    toData: axes.toData,
    hit: single ? hit : () => null,
    window: axes.domain,
    ...(single ? { columns: [table.features[0].name, null] as const } : {}),
  };
}

