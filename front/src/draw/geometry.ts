// Points and boxes in pixels: where a line leaves a box.

import { clamp } from "./extent";
import type { Box } from "./text";

export type { Box };

export const contains = ({ left, right, top, bottom }: Box, x: number, y: number): boolean =>
  x >= left && x <= right && y >= top && y <= bottom;

/** The place where the way from a point inside of the box to one outside leaves it. */
export function clampTo(
  box: Box,
  from: readonly [number, number],
  to: readonly [number, number],
): readonly [number, number] {
  const start = [clampIn(from[0], box.left, box.right), clampIn(from[1], box.top, box.bottom)];
  const [dx, dy] = [finite(to[0] - start[0]), finite(to[1] - start[1])];
  const room = (d: number, at: number, low: number, high: number) =>
    d > 0 ? (high - at) / d : d < 0 ? (low - at) / d : 1;
  const share = Math.min(1, room(dx, start[0], box.left, box.right), room(dy, start[1], box.top, box.bottom));
  return [start[0] + share * dx, start[1] + share * dy];
}

const clampIn = (value: number, low: number, high: number): number => clamp(finite(value), low, high);

function finite(value: number): number {
  return Number.isNaN(value) ? 0 : clamp(value, -1e100, 1e100);
}
