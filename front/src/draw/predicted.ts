// Panel A for several features: what the parameters at the cursor predict, against the actual values, with y = x.

import { percent, whole } from "../text/number";
import type { Drawn, Palette, Scene, Vec } from "../types";
import type { Canvas } from "./canvas";
import { extent, padded } from "./extent";
import { frame, within } from "./frame";
import { contains } from "./geometry";
import { dots, line, type Point } from "./marks";
import { colourOf } from "./palette";
import { leading, radiusOf, shownRows, STICKS, thinned } from "./rows";
import { shownStep } from "./runs";
import { brief, joined } from "./text";

export function predicted(
  scene: Scene, context: Canvas, width: number, height: number, palette: Palette,
): Drawn {
  const { objective } = scene;
  const table = objective.table!;
  const name = table.target.name;
  const domain = padded(extent(table.target.values), 0.14);
  const axes = frame(context, width, height, palette,
    { label: `predicted ${name}`, domain }, { label: `actual ${name}`, domain });
  const w = leading(scene);
  const rows = shownRows(objective.rows);
  const guess = (i: number) => table.predict(table.linear(w, i));
  const places = rows.map((i): Point => [axes.x(guess(i)), axes.y(table.target.values[i])]);
  const outside = places.filter((at) => !contains(axes, ...at)).length;
  within(context, axes, () => {
    const colour = colourOf(palette, 0);
    const equal = domain.map((v): Point => [axes.x(v), axes.y(v)]);
    line(context, equal, { colour: palette.mute, width: 1.3, dash: [5, 4] });
    if (rows.length <= STICKS)
      places.forEach((at, n) =>
        line(context, [at, [axes.x(table.target.values[rows[n]]), at[1]]], { colour, width: 1.2, alpha: 0.45 }),
      );
    context.globalAlpha = rows.length > 300 ? 0.55 : 1;
    dots(context, places.filter((at) => contains(axes, ...at)), radiusOf(rows.length), palette.ink);
    context.globalAlpha = 1;
  });
  const title = finding(scene, w);
  const subtitle = joined(
    "dashed: predicted = actual",
    outside ? `${whole(outside)} of ${whole(rows.length)} drawn rows are predicted outside of this picture` : "",
    thinned(objective.rows),
  );
  return {
    title,
    subtitle,
    description: `Actual ${brief(name)} over predicted, ${whole(objective.rows)} rows. ${title}. ${subtitle}.`,
    toData: axes.toData,
    hit: () => null,
  };
}

/** The share of the variance that the predictions explain. */
function finding(scene: Scene, w: Vec): string {
  const table = scene.objective.table!;
  const { target } = table;
  const mean = target.values.reduce((sum, v) => sum + v / target.values.length, 0);
  let [left, all] = [0, 0];
  target.values.forEach((value, i) => {
    left += (value - table.predict(table.linear(w, i))) ** 2;
    all += (value - mean) ** 2;
  });
  const step = `Step ${whole(shownStep(scene))}`;
  if (!(all > 0)) return `${step}: all actual values of ${brief(target.name)} are equal`;
  const share = 1 - left / all;
  if (!Number.isFinite(share)) return `${step}: the predictions are too large for a number`;
  return share >= 0
    ? `${step}: the predictions explain ${percent(share)} of the variance of ${brief(target.name)}`
    : `${step}: the predictions of ${brief(target.name)} are worse than its mean`;
}
