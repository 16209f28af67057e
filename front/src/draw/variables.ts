// The variables of a function, step by step: where each of them goes.

import { stateOf } from "../engine/parameters";
import { number, whole } from "../text/number";
import type { Drawn, Palette, Scene } from "../types";
import type { Canvas } from "./canvas";
import { endLabels, roomOf } from "./ends";
import { extent, padded } from "./extent";
import { frame, within } from "./frame";
import { ball, line, type Point } from "./marks";
import { colourOf, dashOf } from "./palette";
import { lastDrawn, minimumOf, numberOf, stepOf, withoutMinimum } from "./runs";
import { brief } from "./text";

const MOST = 6; // variables that are shown
const STATES = 1000; // of a run, that are drawn

export function variables(scene: Scene, context: Canvas, width: number, height: number, palette: Palette): Drawn {
  const { facts: { best }, runs: [run], settings } = scene;
  const names = scene.objective.names.slice(0, MOST);
  const last = lastDrawn(run);
  const every = Math.max(1, Math.ceil(last / STATES));
  const states = Array.from({ length: Math.floor(last / every) + 1 }, (_, i) => i * every);
  const paths = names.map((_, j) => states.map((t): Point => [numberOf(run, t), stateOf(run, t)[j]]));
  const now = stateOf(run, Math.min(stepOf(run, settings.cursor), last));
  const step = numberOf(run, Math.min(stepOf(run, settings.cursor), last));
  const axes = frame(
    context, width, height, palette, { label: "step", domain: [0, Math.max(1, numberOf(run, run.steps))] },
    { label: "value", domain: padded(extent([...paths.flat().map(([, y]) => y), ...(best ?? [])])) },
    roomOf(context, names, width),
  );
  const pixels = (points: readonly Point[]) => points.map(([t, y]): Point => [axes.x(t), axes.y(y)]);
  within(context, axes, () => {
    names.forEach((_, j) => {
      const colour = colourOf(palette, j);
      const level = best ? axes.y(best[j]) : NaN;
      line(context, [[axes.left, level], [axes.right, level]], { colour, width: 1, dash: [5, 4], alpha: 0.6 });
      line(context, pixels(paths[j]), { colour, width: 1.8, dash: dashOf(palette, j) });
      ball(context, pixels([[step, now[j]]])[0], colour, palette, 5);
    });
  });
  endLabels(context, axes, names.map((text, j) => (
    { text, y: axes.y(paths[j].at(-1)![1]), colour: colourOf(palette, j), dash: dashOf(palette, j) })), width);
  const title = `Step ${whole(step)}: ${names.map((name, j) => `${brief(name, 12)} = ${number(now[j])}`).join(", ")}`;
  const subtitle = best ? `dashed: ${minimumOf(scene)}` : withoutMinimum(scene);
  const description = `The variables, step by step. ${title}. ${subtitle}.`;
  return { title, subtitle, description, toData: axes.toData, hit: () => null };
}
