// The door of the pictures. Each draws on a canvas that was cleared and scaled to CSS pixels, or on svgcanvas.

import type { Draw } from "../types";
import { cost } from "./cost";
import { data } from "./data";
import { detail } from "./detail";
import { known } from "./known";
import { map } from "./map";

/** A picture in which only known minima are drawn. */
const sound = (draw: Draw): Draw => (scene, ...paper) => draw(known(scene), ...paper);

export const panels = { data: sound(data), map: sound(map), cost: sound(cost), step: sound(detail) } satisfies Record<
  string,
  Draw
>;

export { palettes } from "./palette";
