// The variables of a function, step by step: where each of them goes.

import type { Drawn, Palette, Scene } from "../types";
import { clamp, extent, padded } from "./extent";
import { frame, within } from "./frame";
import { ball, line, type Point } from "./marks";
import { count, number } from "./number";
import { colourOf, dashOf } from "./palette";
import { lastDrawn, numberOf, stateOf, stepOf } from "./runs";
import { brief, fit, HEIGHT, SMALL, write } from "./text";

const MOST = 6; // variables that are shown
const STATES = 1000; // of a run, that are drawn

export function variables(
  scene: Scene, context: CanvasRenderingContext2D, width: number, height: number, palette: Palette,
): Drawn {
  const { objective, facts, runs: [run], settings } = scene;
  const last = lastDrawn(run);
  const shown = objective.names.map((_, j) => j).slice(0, MOST);
  const every = Math.max(1, Math.ceil(last / STATES));
  const states = Array.from({ length: Math.floor(last / every) + 1 }, (_, i) => i * every);
  const value = (j: number, t: number) => stateOf(run, t)[j];
  const room = Math.min(width / 3, 70);
  const domain = padded(extent(shown.flatMap((j) => [...states.map((t) => value(j, t)), ...(facts.best ? [facts.best[j]] : [])])));
  const axes = frame(context, width, height, palette,
    { label: "step", domain: [0, Math.max(1, numberOf(run, run.steps))] }, { label: "value", domain }, room);
  const k = Math.min(stepOf(run, settings.cursor), last);
  within(context, axes, () => {
    shown.forEach((j, i) => {
      const colour = colourOf(palette, i);
      if (facts.best) {
        const y = axes.y(facts.best[j]);
        line(context, [[axes.left, y], [axes.right, y]], { colour, width: 1, dash: [5, 4], alpha: 0.6 });
      }
      line(context, states.map((t): Point => [axes.x(numberOf(run, t)), axes.y(value(j, t))]), { colour, width: 1.8, dash: dashOf(i) });
      ball(context, [axes.x(numberOf(run, k)), axes.y(value(j, k))], colour, palette, 5);
    });
  });
  context.font = SMALL;
  const ends = shown.map((j, i) => ({ j, i, y: clamp(axes.y(value(j, last)), axes.top + 8, axes.bottom - 8) })).sort((a, b) => a.y - b.y);
  ends.forEach((end, n) => { if (n) end.y = Math.max(end.y, ends[n - 1].y + HEIGHT + 2); });
  for (const { j, i, y } of ends)
    write(context, { text: fit(context, objective.names[j], room - 6), x: axes.right + 5, y, align: "left", colour: colourOf(palette, i) });
  const title = `Step ${count(numberOf(run, k))}: ${shown.map((j) => `${brief(objective.names[j], 12)} = ${number(value(j, k))}`).join(", ")}`;
  const subtitle = facts.best ? "dashed: the minimum found" : "no minimum is known";
  return { title, subtitle, description: `The variables, step by step. ${title}. ${subtitle}.`, toData: axes.toData, hit: () => null };
}
