// Marks: lines, ball, ring, star, arrow and the square that is dragged.

import type { Palette } from "../types";
import type { Canvas } from "./canvas";
import { type Box, clampTo } from "./geometry";

export type Point = readonly [x: number, y: number];

/** A line through points; it breaks where a point is not finite. */
function polyline(context: Canvas, points: Iterable<Point>): void {
  context.beginPath();
  let drawing = false;
  for (const [x, y] of points) {
    const sound = Math.abs(x) < 1e7 && Math.abs(y) < 1e7;
    if (sound && drawing) context.lineTo(x, y);
    else if (sound) context.moveTo(x, y);
    drawing = sound;
  }
}

interface Stroke {
  readonly colour: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly alpha?: number;
}

export function line(context: Canvas, points: Iterable<Point>, stroke: Stroke): void {
  context.strokeStyle = stroke.colour;
  context.lineWidth = stroke.width ?? 1.5;
  context.globalAlpha = stroke.alpha ?? 1;
  context.lineJoin = "round";
  context.setLineDash([...(stroke.dash ?? [])]);
  polyline(context, points);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

export function dot(context: Canvas, [x, y]: Point, radius: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Many small marks in one stroke of the brush. */
export function dots(context: Canvas, points: Iterable<Point>, radius: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  for (const [x, y] of points) {
    if (radius < 2) {
      context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
      continue;
    }
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.fill();
}

/** The state at the cursor: a disc with a rim of the card's colour. */
export function ball(context: Canvas, at: Point, colour: string, palette: Palette, radius = 6): void {
  dot(context, at, radius + 1.5, palette.card);
  dot(context, at, radius, colour);
}

export function ring(
  context: Canvas, [x, y]: Point, radius: number, colour: string, fill: string | null = null, width = 2,
): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  if (fill) {
    context.fillStyle = fill;
    context.fill();
  }
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

export function square(context: Canvas, [x, y]: Point, half: number, colour: string): void {
  context.fillStyle = colour;
  context.fillRect(x - half, y - half, 2 * half, 2 * half);
}

/** The minimum. */
export function star(context: Canvas, [x, y]: Point, palette: Palette): void {
  context.beginPath();
  for (let i = 0; i < 10; i++) {
    const [radius, angle] = [i % 2 ? 3.8 : 8.5, -Math.PI / 2 + (i * Math.PI) / 5];
    context[i ? "lineTo" : "moveTo"](x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  context.closePath();
  context.fillStyle = palette.card;
  context.fill();
  context.strokeStyle = palette.ink;
  context.lineWidth = 1.4;
  context.stroke();
}

/** The start: a square that can be dragged. */
export function handle(context: Canvas, [x, y]: Point, palette: Palette): void {
  context.fillStyle = palette.card;
  context.fillRect(x - 6, y - 6, 12, 12);
  context.strokeStyle = palette.ink;
  context.lineWidth = 2;
  context.strokeRect(x - 6, y - 6, 12, 12);
}

/** The head of an arrow with its tip at a point, in the direction of (dx, dy). */
export function head(context: Canvas, [x, y]: Point, dx: number, dy: number, size: number, colour: string): void {
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - size * ux - 0.6 * size * uy, y - size * uy + 0.6 * size * ux);
  context.lineTo(x - size * ux + 0.6 * size * uy, y - size * uy - 0.6 * size * ux);
  context.closePath();
  context.fill();
}

/** A mark at the border of the box for a point outside of it: an arrow that points there. */
export function beyond(context: Canvas, from: Point, to: Point, box: Box, colour: string, palette: Palette): void {
  const tip = clampTo(box, from, to);
  head(context, tip, to[0] - from[0], to[1] - from[1], 15, palette.card);
  head(context, tip, to[0] - from[0], to[1] - from[1], 12, colour);
}
