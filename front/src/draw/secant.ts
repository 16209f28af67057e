// The derivative as rise over run: the triangle of a secant of f(x), which turns into the tangent as the run shrinks.

import { stateOf } from "../engine/parameters";
import { number, whole } from "../text/number";
import type { Draw, Drawn, Palette, Scene } from "../types";
import type { Canvas } from "./canvas";
import { extent, padded } from "./extent";
import { type Frame, frame, within } from "./frame";
import { graph, sampled } from "./graph";
import { ball, line, type Point, ring } from "./marks";
import { colourOf } from "./palette";
import { drawable } from "./rows";
import { numberOf, stepOf } from "./runs";
import { kept, type Placed, plate, SMALL } from "./text";

/** The secant from the cursor's point: to the point that the settings name, or else to the next state. */
export const secant: Draw = (scene, context, width, height, palette) => {
  const x = drawable(scene)[0];
  const other = scene.settings.secant;
  if (other !== null) return secantOf(x, other - x)(scene, context, width, height, palette);
  const run = scene.runs[0];
  const k = run ? stepOf(run, scene.settings.cursor) : 0;
  const next = run && k < run.steps ? stateOf(run, k + 1)[0] : x;
  const drawn = secantOf(x, Number.isFinite(next) ? next - x : 0)(scene, context, width, height, palette);
  const from = `step ${whole(run ? numberOf(run, k) : 0)}`;
  return { ...drawn, subtitle: `${run && k < run.steps ? `from ${from} to the next` : from} · ${drawn.subtitle}` };
};

/** The secant of f between x and x + run, beside the tangent at x. */
export const secantOf = (x: number, run: number): Draw => (scene, context, width, height, palette) => {
  const f = (at: number) => scene.objective.value(Float64Array.of(at));
  const gradient = new Float64Array(1);
  scene.objective.gradient(Float64Array.of(x), gradient);
  const slope = gradient[0];
  const [y, rise] = [f(x), f(x + run) - f(x)];
  const reach =
    Math.max(1.1 * Math.abs(run), scene.facts.best ? 0.4 * Math.abs(scene.facts.best[0] - x) : 0, 0.1 * Math.abs(x)) ||
    1;
  const domain = extent([x + run / 2 - reach, x + run / 2 + reach]);
  const name = scene.objective.names[0];
  const points = sampled(f, domain);
  const usual = points
    .map(([, v]) => v)
    .filter((v) => Math.abs(v - y) <= 1e3 * Math.max(Math.abs(rise), Math.abs(slope) * reach, 1e-9));
  const axes = frame(context, width, height, palette,
    { label: name, domain }, { label: `f(${name})`, domain: padded(extent([...usual, y, y + rise]), 0.1) });
  within(context, axes, () => {
    graph(context, points, axes, palette.ink);
    straight(context, axes, x, y, slope, { colour: palette.accent, width: 1.5, dash: [5, 3] });
    if (run !== 0) triangle(context, axes, { x, y, run, rise }, palette);
    ball(context, [axes.x(x), axes.y(y)], colourOf(palette, 0), palette);
  });
  return drawn(scene, axes, { x, y, run, rise }, slope);
};

interface Triangle {
  readonly x: number;
  readonly y: number;
  readonly run: number;
  readonly rise: number;
}

function straight(
  context: Canvas, axes: Frame, x: number, y: number, slope: number, stroke: Parameters<typeof line>[2],
): void {
  line(context, axes.domain.x.map((at): Point => [axes.x(at), axes.y(y + slope * (at - x))]), stroke);
}

function triangle(context: Canvas, axes: Frame, { x, y, run, rise }: Triangle, palette: Palette): void {
  const colour = colourOf(palette, 0);
  straight(context, axes, x, y, rise / run, { colour, width: 1.8 });
  const [from, corner, to]: Point[] = [
    [x, y],
    [x + run, y],
    [x + run, y + rise],
  ].map(([a, b]) => [axes.x(a), axes.y(b)]);
  line(context, [from, corner, to], { colour: palette.ink, width: 1.3, dash: [2, 2] });
  ring(context, to, 5, colour, palette.card);
  context.font = SMALL;
  const write = (placed: Placed) => plate(context, palette, kept(context, placed, axes));
  const below = rise > 0 ? 11 : -11;
  if (Math.abs(corner[0] - from[0]) > 50)
    write({
      text: `run ${number(Math.abs(run), 3)}`,
      x: (from[0] + corner[0]) / 2,
      y: corner[1] + below,
      align: "center",
      colour: palette.ink,
    });
  const right = run > 0;
  if (Math.abs(to[1] - corner[1]) > 16)
    write({
      text: `rise ${number(rightward(run, rise), 3)}`,
      x: corner[0] + (right ? 7 : -7),
      y: (corner[1] + to[1]) / 2,
      align: right ? "left" : "right",
      colour: palette.ink,
    });
}

/** The rise from left to right. */
const rightward = (run: number, rise: number): number => Math.sign(run) * rise;

function drawn(scene: Scene, axes: Frame, { x, y, run, rise }: Triangle, slope: number): Drawn {
  const name = scene.objective.names[0];
  const slopeOrSecant = run === 0
    ? `At ${name} = ${number(x)} the slope is ${number(slope)}`
    : `Rise ${number(rightward(run, rise))} over run ${number(Math.abs(run))}: slope ${number(rise / run)}`;
  const title = Number.isNaN(y) ? `f has no value at ${name} = ${number(x)}` : slopeOrSecant;
  const subtitle = Number.isNaN(y) ? "no tangent" : `dashed: tangent at ${name} = ${number(x)}, slope ${number(slope)}`;
  return {
    title,
    subtitle,
    description: `The function with a secant. ${title}. ${subtitle}.`,
    toData: axes.toData,
    hit: () => null,
  };
}
