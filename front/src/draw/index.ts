// The door of the pictures. Each draws on a canvas that the caller has cleared and scaled to CSS pixels, or on svgcanvas.

import type { Draw } from "../types";
import { cost } from "./cost";
import { data } from "./data";
import { detail } from "./detail";
import { map } from "./map";

export const panels = { data, map, cost, step: detail } satisfies Record<string, Draw>;

export { colourOf, dashes, dashOf, palettes } from "./palette";
export { count, counted, number, percent } from "./number";
export { labelsOf, nameOf } from "./runs";
export { planeOf } from "./plane";
export { secant, secantOf } from "./secant";
export { shapes } from "./shapes";
export { slopes } from "./slopes";
