// Labels at the right ends of lines, instead of a legend: pushed apart, each with a piece of its line.

import type { Canvas } from "./canvas";
import { clamp } from "./extent";
import { line } from "./marks";
import { type Box, fit, HEIGHT, SMALL, write } from "./text";

interface End {
  readonly text: string;
  readonly y: number; // where the line ends
  readonly colour: string;
  readonly dash: readonly number[];
}

const SAMPLE = 18; // pixels of the line before its label
const GAP = 5;

/** Pixels that the labels need at the right of the frame. */
export function roomOf(context: Canvas, texts: readonly string[], width: number): number {
  context.font = SMALL;
  return Math.min(Math.max(0, ...texts.map((text) => context.measureText(text).width)) + SAMPLE + GAP, width / 3);
}

export function endLabels(context: Canvas, axes: Box, ends: readonly End[], width: number): void {
  context.font = SMALL;
  for (const { text, y, colour, dash } of spread(ends, axes)) {
    line(context, [[axes.right + 2, y], [axes.right + SAMPLE - 2, y]], { colour, width: 2, dash });
    const x = axes.right + SAMPLE + 1;
    write(context, { text: fit(context, text, width - x - 1), x, y, align: "left", colour });
  }
}

/** The labels in their order, moved so that none covers another. */
function spread(ends: readonly End[], axes: Box): End[] {
  const [top, bottom] = [axes.top + HEIGHT / 2, axes.bottom - HEIGHT / 2];
  const step = Math.min(HEIGHT + 3, (bottom - top) / Math.max(1, ends.length - 1));
  const placed = ends.map((end) => ({ ...end, y: clamp(end.y, top, bottom) })).sort((a, b) => a.y - b.y);
  placed.forEach((end, n) => { if (n) end.y = Math.max(end.y, placed[n - 1].y + step); });
  placed.forEach((end, n) => { end.y = Math.min(end.y, bottom - (placed.length - 1 - n) * step); });
  return placed;
}
