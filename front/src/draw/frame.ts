// The frame of a picture: scales, grid, ticks and labels of two axes. No two numbers of an axis overlap.

import { number, raised } from "../text/number";
import type { Palette } from "../types";
import type { Canvas } from "./canvas";
import type { Interval } from "./extent";
import { logTicks, scaleOf, ticks } from "./scale";
import { boxOf, type Box, fit, FONT, HEIGHT, type Placed, SMALL, write } from "./text";

interface Axis {
  readonly label: string;
  readonly domain: Interval;
  readonly log?: boolean;
  readonly ticks?: readonly { readonly at: number; readonly text: string }[]; // instead of numbers
}

export interface Frame extends Box {
  x(value: number): number; // pixels
  y(value: number): number;
  readonly domain: { readonly x: Interval; readonly y: Interval };
  /** The data at a pixel; null outside. */
  toData(x: number, y: number): { readonly x: number; readonly y: number } | null;
  /** The same outside too. */
  invert(x: number, y: number): readonly [number, number];
}

interface Tick {
  readonly at: number;
  readonly text: string;
}

const GAP = 10; // pixels between two numbers of an axis

export function frame(
  context: Canvas, width: number, height: number, palette: Palette, across: Axis, up: Axis, room = 0,
): Frame {
  context.font = SMALL;
  context.setLineDash([]);
  context.globalAlpha = 1;
  const bottom = height - 36;
  const top = 8;
  const y = scaleOf(up.domain, [bottom, top], up.log);
  const rows = apart(ticksOf(up, (bottom - top) / 36), (tick) => y(tick.at), () => HEIGHT + 4);
  const widest = Math.max(0, ...rows.map((tick) => context.measureText(tick.text).width));
  const left = Math.min(width / 3, 29 + widest);
  const right = width - 12 - room;
  const x = scaleOf(across.domain, [left, right], across.log);
  const columns = apart(
    ticksOf(across, (right - left) / 64), (tick) => x(tick.at), (tick) => context.measureText(tick.text).width + GAP,
  );
  const box = { left, right, top, bottom };
  grid(context, palette, box, columns.map((t) => x(t.at)), rows.map((t) => y(t.at)));
  numbers(context, palette, box, columns.map((t) => [x(t.at), t.text]), rows.map((t) => [y(t.at), t.text]), width);
  labels(context, palette, box, across.label, up.label, width, height);
  const toData = (px: number, py: number) =>
    px < left || px > right || py < top || py > bottom ? null : { x: x.invert(px), y: y.invert(py) };
  const invert = (px: number, py: number) => [x.invert(px), y.invert(py)] as const;
  return { ...box, x, y, domain: { x: across.domain, y: up.domain }, toData, invert };
}

/** Draws inside of the frame only. */
export function within(context: Canvas, { left, right, top, bottom }: Box, draw: () => void): void {
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  draw();
  context.restore();
  context.setLineDash([]);
}

function ticksOf(axis: Axis, most: number): readonly Tick[] {
  if (axis.ticks) return axis.ticks;
  const wanted = Math.max(2, Math.min(8, Math.floor(most)));
  const values = axis.log ? powers(axis.domain, wanted) : ticks(...axis.domain, wanted);
  return values.map((at) => ({ at, text: axis.log ? power(at) : number(Math.abs(at) < 1e-300 ? 0 : at, 7) }));
}

/** Powers of ten, every second or tenth of them where there are many; 1, 2 and 5 where there are few. */
function powers([low, high]: Interval, wanted: number): number[] {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (to - from < 2) return logTicks(low, high);
  const every = Math.ceil((to - from + 1) / wanted);
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => 10 ** (to - i * every)).reverse();
}

function power(value: number): string {
  const exponent = Math.round(Math.log10(value));
  const whole = Math.abs(value / 10 ** exponent - 1) < 1e-9;
  return whole && (exponent > 4 || exponent < -2) ? `10${raised(exponent)}` : number(value, 7);
}

/** Every tick, or every second, third ... so that none overlaps the next. */
function apart(ticks: readonly Tick[], at: (tick: Tick) => number, size: (tick: Tick) => number): readonly Tick[] {
  for (let every = 1; every < ticks.length; every++) {
    const kept = ticks.filter((_, i) => i % every === 0);
    const clear = kept.every((tick, i) => i === 0
      || Math.abs(at(tick) - at(kept[i - 1])) >= (size(tick) + size(kept[i - 1])) / 2);
    if (clear) return kept;
  }
  return ticks.slice(0, 1);
}

function grid(context: Canvas, palette: Palette, box: Box, xs: number[], ys: number[]): void {
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const y of ys) {
    context.moveTo(box.left, y);
    context.lineTo(box.right, y);
  }
  for (const x of xs) {
    context.moveTo(x, box.bottom);
    context.lineTo(x, box.bottom + 4);
  }
  context.moveTo(box.left, box.bottom);
  context.lineTo(box.right, box.bottom);
  context.stroke();
}

function numbers(
  context: Canvas, palette: Palette, box: Box,
  columns: readonly (readonly [number, string])[], rows: readonly (readonly [number, string])[], width: number,
): void {
  const colour = palette.mute;
  for (const [x, text] of columns) {
    const half = context.measureText(text).width / 2;
    const middle = Math.max(half, Math.min(width - half - 1, x));
    write(context, { text, x: middle, y: box.bottom + 12, align: "center", colour });
  }
  for (const [y, text] of rows) write(context, { text, x: box.left - 9, y, align: "right", colour });
}

function labels(
  context: Canvas, palette: Palette, box: Box, across: string, up: string, width: number, height: number,
): void {
  context.font = FONT;
  const placed: Placed = {
    text: fit(context, across, width - 16),
    x: (box.left + box.right) / 2,
    y: height - 8,
    align: "center",
    colour: palette.ink,
  };
  const { left, right } = boxOf(context, placed);
  const shift = Math.max(0, 2 - left) - Math.max(0, right - width + 2);
  write(context, { ...placed, x: placed.x + shift });
  context.save();
  context.translate(9, (box.top + box.bottom) / 2);
  context.rotate(-Math.PI / 2);
  const text = fit(context, up, box.top + box.bottom - 4);
  write(context, { text, x: 0, y: 0, align: "center", colour: palette.ink });
  context.restore();
}
