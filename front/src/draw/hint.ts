// The words beside the mark that can be dragged.

import type { Palette } from "../types";
import type { Frame } from "./frame";
import { contains } from "./geometry";
import type { Point } from "./marks";
import { type Placed, SMALL } from "./text";

/** "start: drag me" beside the start, on the side where there is room. */
export function hintAt(context: CanvasRenderingContext2D, axes: Frame, start: Point, palette: Palette): Placed | null {
  const text = "start: drag me";
  if (!contains(axes, ...start)) return null;
  context.font = SMALL;
  const width = context.measureText(text).width + 14;
  const right = start[0] + width < axes.right;
  if (!right && start[0] - width < axes.left) return null;
  const y = start[1] - 14 > axes.top + 8 ? start[1] - 14 : start[1] + 14;
  return { text, x: start[0] + (right ? 11 : -11), y, align: right ? "left" : "right", colour: palette.ink } as const;
}
