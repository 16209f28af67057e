// The door of the pictures. Each draws on a canvas that was cleared and scaled to CSS pixels, or on svgcanvas.

import type { Draw } from "../types";
import { cost } from "./cost";
import { data } from "./data";
import { detail } from "./detail";
import { known } from "./known";
import { map } from "./map";
import { ordered } from "./places";

/** A picture in which only known minima are drawn, and each run in the colour of its place. */
const sound = (draw: Draw): Draw => (scene, context, width, height, palette) =>
  draw(known(scene), context, width, height, ordered(palette, scene));

export const panels = { data: sound(data), map: sound(map), cost: sound(cost), step: sound(detail) } satisfies Record<
  string,
  Draw
>;

export { palettes } from "./palette";
export { COMMON, placesOf } from "./places";
