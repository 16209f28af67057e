// Panel B for one free parameter: the cost along it, with ball, tangent and every step; the curve of a formula f(x).

import { number, whole } from "../text/number";
import type { Drawn, Palette, Scene } from "../types";
import type { Canvas } from "./canvas";
import { arrows, around, beside, boxesOf, type Curve, present, states, tangent } from "./curve_marks";
import { extent, type Interval, padded } from "./extent";
import { frame, within } from "./frame";
import { graph, sampled } from "./graph";
import { hintAt } from "./hint";
import { handle, type Point, star } from "./marks";
import { planeOf } from "./plane";
import { titleOf } from "./progress";
import { restricted } from "./restrict";
import { current } from "./rows";
import { minimumOf, shownStep, startOf, valueOf, withoutMinimum } from "./runs";
import { brief, joined, plate, SMALL } from "./text";
import { windowOf } from "./window";

const REACH = 16; // pixels within which the start is taken up

export function curve(scene: Scene, context: Canvas, width: number, height: number, palette: Palette): Drawn {
  const plane = planeOf(scene);
  const window = windowOf(scene, plane);
  const index = plane.axes![0];
  const value = restricted(scene.objective, plane.point(0), plane.along[0]);
  const points = sampled(value, window.x);
  const domain = scene.windows?.map?.y ?? heights(scene, points);
  const [name] = plane.labels;
  const up = scene.objective.task === "formula" ? `f(${name})` : valueOf(scene);
  const axes = frame(context, width, height, palette, { label: name, domain: window.x }, { label: up, domain });
  const place = (w: ArrayLike<number>): Point => [axes.x(w[index]), axes.y(value(w[index]))];
  const drawing: Curve = { scene, axes, index, place };
  within(context, axes, () => {
    graph(context, points, axes, palette.ink);
    onCurve(context, drawing, points.map(([x, y]): Point => [axes.x(x), axes.y(y)]), palette);
  });
  const start = place(startOf(scene));
  const title = titleOf(scene);
  const subtitle = joined(
    scene.runs.length > 1 && `step ${whole(shownStep(scene))}`,
    found(scene, index, points), "dots: each step", "dashed: tangent", plane.words,
  );
  return {
    title,
    subtitle,
    description: `The ${valueOf(scene)} along ${brief(name)}. ${title}. ${subtitle}.`,
    toData: axes.toData,
    hit: (x, y) => (Math.hypot(x - start[0], y - start[1]) <= REACH ? { kind: "start", index: 0 } : null),
    window: axes.domain,
    startAt: (x, y) => [...plane.point(axes.invert(x, y)[0])],
  };
}

/** States, tangent, minimum, start and balls, and words that do not cover them. */
function onCurve(context: Canvas, drawing: Curve, graph: readonly Point[], palette: Palette): void {
  const { scene, axes, place } = drawing;
  const start = place(startOf(scene));
  const best = scene.facts.best && place(scene.facts.best);
  const values = beside(context, drawing, palette);
  const taken = [...scene.runs.map((_, i) => around(place(current(scene, i)), 8)), ...boxesOf(context, values)];
  const hint = hintAt(context, axes, start, palette, taken, scene.still);
  taken.push(around(start, 10), ...(best ? [around(best, 10)] : []), ...boxesOf(context, hint ? [hint] : []));
  scene.runs.forEach((_, i) => states(context, drawing, i, palette));
  if (scene.runs.length) tangent(context, drawing, palette, taken, graph.map((point) => around(point, 1)));
  if (best) star(context, best, palette);
  handle(context, start, palette);
  arrows(context, axes, [...values].reverse(), palette);
  context.font = SMALL;
  if (hint) plate(context, palette, hint);
  for (let i = scene.runs.length - 1; i >= 0; i--) present(context, drawing, i, palette);
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

/** The minimum in words, and whether the curve goes lower elsewhere. */
function found(scene: Scene, index: number, points: readonly Point[]): string {
  const { best, least } = scene.facts;
  if (!best) return withoutMinimum(scene);
  const words = `star: ${minimumOf(scene)}, ${number(least)} at ${number(best[index])}`;
  const deeper = !scene.objective.convex && points.some(([, y]) => y < least - 1e-6 * Math.max(1e-6, Math.abs(least)));
  return joined(words, deeper && "the curve is lower elsewhere in this window");
}
