// Panel D: the step; in some lessons the slices along each parameter, or the shapes of two losses.

import type { Drawn, Palette, Scene } from "../types";
import type { Canvas } from "./canvas";
import { planeOf } from "./plane";
import { shapes } from "./shapes";
import { slopes } from "./slopes";
import { step } from "./step";

export function detail(scene: Scene, context: Canvas, width: number, height: number, palette: Palette): Drawn {
  const { objective, settings } = scene;
  const several = planeOf(scene).along.length > 1; // along a single free parameter the map is the slice
  const draw =
    settings.detail === "slices" && several
      ? slopes
      : settings.detail === "losses" && objective.table?.classes
        ? shapes
        : step;
  return draw(scene, context, width, height, palette);
}
