// A box seen from a side: points of data to pixels, fitted so that what is drawn fills the picture, with their depth.

import { extent, type Interval } from "./extent";
import type { Point } from "./marks";

export interface View {
  /** Pixels and depth (larger: nearer) of shares from 0 to 1 of the three axes. */
  at(x: number, y: number, z: number): readonly [x: number, y: number, depth: number];
}

/** Margins around the box, for its labels. */
const SIDES = { left: 46, right: 46, top: 10, bottom: 34 };
const STRETCH = 3; // most that one direction of the picture is longer than the other, to fill it

/** Shares from 0 to 1 of the three axes. */
export type Share = readonly [x: number, y: number, z: number];

const BOX: readonly Share[] = [0, 1].flatMap((x) => [0, 1].flatMap((y) => [0, 1].map((z): Share => [x, y, z])));

/** The view in which these points fill the picture. */
export function viewOf(turn: number, tilt: number, width: number, height: number, seen = BOX): View {
  const [a, b] = [(turn * Math.PI) / 180, (Math.max(5, Math.min(85, tilt)) * Math.PI) / 180];
  const raw = (x: number, y: number, z: number): readonly [number, number, number] => {
    const [u, v] = [x - 0.5, y - 0.5];
    const across = u * Math.cos(a) - v * Math.sin(a);
    const depth = -(u * Math.sin(a) + v * Math.cos(a));
    return [across, depth * Math.sin(b) - 0.75 * z * Math.cos(b), depth];
  };
  const points = seen.map((share) => raw(...share));
  const range = (i: 0 | 1): Interval => extent(points.map((point) => point[i]));
  const [across, down] = [range(0), range(1)];
  const sx = (width - SIDES.left - SIDES.right) / (across[1] - across[0]);
  const sy = (height - SIDES.top - SIDES.bottom) / (down[1] - down[0]);
  const [wide, tall] = [Math.min(sx, STRETCH * sy), Math.min(sy, STRETCH * sx)];
  const middle: Point = [(SIDES.left + width - SIDES.right) / 2, (SIDES.top + height - SIDES.bottom) / 2];
  return {
    at(x, y, z) {
      const [u, v, depth] = raw(x, y, z);
      return [
        middle[0] + wide * (u - (across[0] + across[1]) / 2),
        middle[1] + tall * (v - (down[0] + down[1]) / 2),
        depth,
      ];
    },
  };
}
