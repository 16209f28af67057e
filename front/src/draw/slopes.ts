// Partial derivatives: the cost as one parameter moves and the others stay, each with its tangent.

import { freeOf } from "../engine/parameters";
import { number } from "../text/number";
import type { Drawn, Palette, Scene } from "../types";
import type { Canvas } from "./canvas";
import { endLabels, roomOf } from "./ends";
import { extent, padded } from "./extent";
import { frame, within } from "./frame";
import { graph, sampled } from "./graph";
import { ball, line, type Point } from "./marks";
import { colourOf, dashOf } from "./palette";
import { restricted } from "./restrict";
import { drawable } from "./rows";
import { startOf, valueOf } from "./runs";
import { brief } from "./text";

const MOST = 4; // parameters that are shown
const ROUNDING = 1e-12; // of the slope at the start

/** The cost along one parameter, through the cursor's point. */
interface Slice {
  readonly name: string;
  readonly slope: number;
  value(change: number): number;
}

export function slopes(scene: Scene, context: Canvas, width: number, height: number, palette: Palette): Drawn {
  const slices = slicesOf(scene);
  const here = slices[0].value(0);
  const reach = reachOf(scene, slices, here);
  const curves = slices.map(({ value }) => sampled(value, [-reach, reach]));
  const written = writing(scene);
  const ends = slices.map(({ name, slope }) => `${brief(name, 16)}: ${written(slope)}`);
  const axes = frame(
    context, width, height, palette, { label: "change of one variable, the others stay", domain: [-reach, reach] },
    { label: valueOf(scene), domain: padded(extent([...curves.flat().map(([, y]) => y), here])) },
    roomOf(context, ends, width),
  );
  const tangent = (slope: number) => [-reach, reach].map((t): Point => [axes.x(t), axes.y(here + slope * t)]);
  within(context, axes, () => {
    slices.forEach(({ slope }, i) => {
      graph(context, curves[i], axes, colourOf(palette, i));
      line(context, tangent(slope), { colour: colourOf(palette, i), width: 1.4, dash: dashOf(palette, i + 1) });
    });
    ball(context, [axes.x(0), axes.y(here)], palette.ink, palette);
  });
  endLabels(context, axes, slices.map(({ slope }, i) => (
    { text: ends[i], y: tangent(slope)[1][1], colour: colourOf(palette, i), dash: dashOf(palette, i + 1) })), width);
  const title = `Slopes: ${slices.map(({ name, slope }) => `${written(slope)} along ${brief(name, 12)}`).join(", ")}`;
  const subtitle = "dashed: tangents, their slopes are the gradient";
  return { title, subtitle, description: `${title}. ${subtitle}.`, toData: axes.toData, hit: () => null };
}

/** How slopes are written: what is rounding beside the slope at the start is near 0. */
function writing(scene: Scene): (slope: number) => string {
  const g = new Float64Array(scene.objective.size);
  scene.objective.gradient(startOf(scene), g);
  const least = ROUNDING * Math.hypot(...g);
  return (slope) => (slope !== 0 && Math.abs(slope) < least ? "near 0" : number(slope));
}

function slicesOf(scene: Scene): Slice[] {
  const { objective, settings } = scene;
  const w = drawable(scene);
  const gradient = new Float64Array(objective.size);
  objective.gradient(w, gradient);
  const free = freeOf(settings.fixed, objective.size);
  return (free.length ? free : [0]).slice(0, MOST).map((j) => ({
    name: objective.names[j],
    slope: gradient[j],
    value: restricted(objective, w, gradient.map((_, i) => (i === j ? 1 : 0))),
  }));
}

/** A reach at which tangents can be told from level lines: shorter where the curves rise much faster. */
function reachOf(scene: Scene, slices: readonly Slice[], here: number): number {
  const { best } = scene.facts;
  const away = best ? drawable(scene).map((value, j) => Math.abs(value - best[j])) : [0];
  const steepest = Math.max(...slices.map(({ slope }) => Math.abs(slope)));
  let reach = 1.2 * Math.max(...away, 0.25);
  const rise = () => Math.max(...slices.flatMap(({ value }) => [value(-reach), value(reach)])) - here;
  for (let tries = 0; tries < 6 && rise() > 6 * reach * steepest; tries++) reach /= 1.6;
  return reach;
}
