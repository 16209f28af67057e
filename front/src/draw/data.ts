// Panel A: the rows, and what the parameters at the cursor predict for them. Picks the picture that fits the table.

import type { Drawn, Palette, Scene } from "../types";
import { boundary } from "./boundary";
import type { Canvas } from "./canvas";
import { predicted } from "./predicted";
import { regression } from "./regression";
import { secant } from "./secant";
import { sigmoid } from "./sigmoid";
import { slopes } from "./slopes";
import { variables } from "./variables";

export function data(scene: Scene, context: Canvas, width: number, height: number, palette: Palette): Drawn {
  const { table, size } = scene.objective;
  const draw = !table
    ? size === 1
      ? secant
      : scene.settings.detail === "slices" && scene.runs.length
        ? variables
        : slopes
    : !table.classes
      ? table.features.length === 1
        ? regression
        : predicted
      : table.features.length === 2
        ? boundary
        : sigmoid;
  return draw(scene, context, width, height, palette);
}
