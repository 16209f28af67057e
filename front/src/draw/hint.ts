// The words beside the mark that can be dragged.

import type { Palette } from "../types";
import type { Canvas } from "./canvas";
import type { Frame } from "./frame";
import { contains } from "./geometry";
import type { Point } from "./marks";
import { type Box, freest, type Placed, SMALL } from "./text";

const SIDES = [[1, -1], [1, 1], [-1, -1], [-1, 1]] as const;

/** "start: drag me", in a saved picture "start", beside the start, where it covers none of the boxes; null: no room. */
export function hintAt(
  context: Canvas, axes: Frame, [x, y]: Point, palette: Palette, avoid: readonly Box[] = [], still = false,
): Placed | null {
  if (!contains(axes, x, y)) return null;
  context.font = SMALL;
  const places = SIDES.map(([right, down]): Placed => ({
    text: still ? "start" : "start: drag me",
    x: x + 11 * right,
    y: y + 14 * down,
    align: right > 0 ? "left" : "right",
    colour: palette.ink,
  }));
  return freest(context, places, axes, avoid);
}
