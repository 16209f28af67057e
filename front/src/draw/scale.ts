// Scales of axes: from data to pixels and back, linear or logarithmic; and round numbers between two ends.

import { ticks as roundNumbers } from "d3-array";
import type { Interval } from "./extent";

interface Scale {
  (value: number): number;
  invert(pixel: number): number;
}

export function scaleOf([from, to]: Interval, [start, end]: Interval, log = false): Scale {
  const [into, out] = log ? [Math.log, Math.exp] : [(v: number) => v, (v: number) => v];
  const [low, high] = [into(from), into(to)];
  const share = (value: number): number => (high > low || high < low ? (into(value) - low) / (high - low) : 0.5);
  const scale = (value: number): number => start + share(value) * (end - start);
  return Object.assign(scale, {
    invert: (pixel: number) => out(low + ((pixel - start) / (end - start)) * (high - low)),
  });
}

/** About so many round numbers from low to high. */
export function ticks(low: number, high: number, count: number): number[] {
  return Number.isFinite(high - low) ? roundNumbers(low, high, count) : [];
}

/** 1, 2 and 5 times powers of ten from low to high, both above 0. */
export function logTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return powers
    .flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)))
    .filter((v) => v >= low && v <= high);
}
