// Panel D: the step; in some lessons the slices along each parameter, or the shapes of two losses.

import type { Drawn, Palette, Scene } from "../types";
import { curve } from "./curve";
import { planeOf } from "./plane";
import { shapes } from "./shapes";
import { slopes } from "./slopes";
import { step } from "./step";

export function detail(scene: Scene, context: CanvasRenderingContext2D, width: number, height: number, palette: Palette): Drawn {
  const { objective, settings } = scene;
  const slices = planeOf(scene).along.length === 1 ? curve : slopes;
  const draw = settings.detail === "slices" ? slices : settings.detail === "losses" && objective.table?.classes ? shapes : step;
  return draw(scene, context, width, height, palette);
}
