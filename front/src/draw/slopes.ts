// Partial derivatives: the cost as one parameter moves and the others stay, each with its tangent.

import type { Drawn, Palette, Scene } from "../types";
import { graph, sampled } from "./curve";
import { extent, padded } from "./extent";
import { frame, within } from "./frame";
import { ball, line, type Point } from "./marks";
import { number } from "./number";
import { colourOf, dashOf } from "./palette";
import { restricted } from "./restrict";
import { drawable } from "./rows";
import { brief, fit, HEIGHT, SMALL, write } from "./text";

const MOST = 4; // parameters that are shown

export function slopes(
  scene: Scene, context: CanvasRenderingContext2D, width: number, height: number, palette: Palette,
): Drawn {
  const { objective, facts, settings } = scene;
  const w = drawable(scene);
  const gradient = new Float64Array(objective.size);
  objective.gradient(w, gradient);
  const free = objective.names.map((_, j) => j).filter((j) => !settings.fixed[j]).slice(0, MOST);
  const here = objective.value(w);
  const values = free.map((j) => restricted(objective, w, gradient.map((_, i) => (i === j ? 1 : 0))));
  const away = Math.max(...free.map((j) => (facts.best ? Math.abs(w[j] - facts.best[j]) : 0)), 0.25);
  const reach = visible(1.2 * away, values, here, Math.max(...free.map((j) => Math.abs(gradient[j]))));
  const curves = values.map((value) => sampled(value, [-reach, reach]));
  const room = Math.min(width / 3, 110);
  const domain = padded(extent([...curves.flat().map(([, y]) => y), here]), 0.08);
  const axes = frame(context, width, height, palette,
    { label: "change of one variable, the others stay", domain: [-reach, reach] }, { label: objective.task === "formula" ? "f" : "cost", domain }, room);
  within(context, axes, () => {
    free.forEach((j, i) => {
      graph(context, curves[i], axes, { ...palette, ink: colourOf(palette, i) });
      const tangent = [-reach, reach].map((t): Point => [axes.x(t), axes.y(here + gradient[j] * t)]);
      line(context, tangent, { colour: colourOf(palette, i), width: 1.4, dash: dashOf(i + 1) });
    });
    ball(context, [axes.x(0), axes.y(here)], palette.ink, palette);
  });
  context.font = SMALL;
  free.forEach((j, i) => {
    const y = Math.max(axes.top + 8, Math.min(axes.bottom - 8, axes.y(here + gradient[j] * reach)));
    const above = free.slice(0, i).filter((q) => Math.abs(axes.y(here + gradient[q] * reach) - y) < HEIGHT + 2).length;
    write(context, {
      text: fit(context, `${objective.names[j]}: ${number(gradient[j])}`, room - 6), x: axes.right + 5, y: y + above * (HEIGHT + 3),
      align: "left", colour: colourOf(palette, i),
    });
  });
  const title = `Slopes: ${free.map((j) => `${number(gradient[j])} along ${brief(objective.names[j], 12)}`).join(", ")}`;
  const subtitle = "solid: the function along one variable · dashed: tangents, their slopes are the gradient";
  return { title, subtitle, description: `${title}. ${subtitle}.`, toData: axes.toData, hit: () => null };
}

/** A reach at which the tangents can be told from a level line: where the curves rise much faster, it is made shorter. */
function visible(reach: number, values: readonly ((t: number) => number)[], here: number, steepest: number): number {
  for (let tries = 0; tries < 6; tries++, reach /= 1.6)
    if (Math.max(...values.flatMap((value) => [value(-reach), value(reach)])) - here <= 6 * reach * steepest) break;
  return reach;
}
