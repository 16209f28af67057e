// The graph of a function of one variable.

import type { Canvas } from "./canvas";
import type { Interval } from "./extent";
import type { Frame } from "./frame";
import type { Point } from "./marks";

const POINTS = 240;

export function sampled(value: (x: number) => number, [low, high]: Interval): Point[] {
  return Array.from({ length: POINTS + 1 }, (_, i) => low + ((high - low) * i) / POINTS).map((x) => [x, value(x)]);
}

/** The curve; it breaks where the function is not finite or jumps across the picture, as at a pole. */
export function graph(context: Canvas, points: readonly Point[], axes: Frame, colour: string): void {
  const [low, high] = axes.domain.y;
  const crosses = (i: number, level: number) => (points[i][1] - level) * (points[i - 1][1] - level) < 0;
  const jumps = (i: number) => i > 0 && crosses(i, high) && crosses(i, low);
  const limit = 20 * (high - low);
  const drawn = points.map(([, y], i) => Number.isFinite(y) && Math.abs(y - low) < limit && !jumps(i));
  context.strokeStyle = colour;
  context.lineWidth = 1.8;
  context.lineJoin = "round";
  context.beginPath();
  points.forEach(([x, y], i) => {
    if (drawn[i] && drawn[i - 1]) context.lineTo(axes.x(x), axes.y(y));
    else if (drawn[i]) context.moveTo(axes.x(x), axes.y(y));
  });
  context.stroke();
}
