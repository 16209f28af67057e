// Text that fits: names as typed, shortened with an ellipsis, on a plate where lines run behind it.

import type { Palette } from "../types";
import type { Canvas } from "./canvas";

export const FONT = "12px system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
export const SMALL = "11px system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
export const HEIGHT = 12; // of a line of FONT, for bounding boxes

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

export const inside = (box: Box, outer: Box): boolean =>
  box.left >= outer.left && box.right <= outer.right && box.top >= outer.top && box.bottom <= outer.bottom;

/** The text, shortened to a width. Marks that turn the direction of writing are closed, so that they end with it. */
export function fit(context: Canvas, text: string, width: number): string {
  const one = text.replace(/[\u0000-\u001f\u007f]+/g, " ");
  if (context.measureText(one).width <= width) return closed(one);
  const letters = [...one.slice(0, 400)];
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${letters.slice(0, middle).join("")}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return closed(`${letters.slice(0, low).join("").trimEnd()}…`);
}

/** Any text with right-to-left marks is isolated (U+2068 ... U+2069) from the words around it. */
function closed(text: string): string {
  return /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(text) ? `\u2068${text}\u2069` : text;
}

/** A short name for use inside of a sentence. */
export function brief(text: string, letters = 24): string {
  const all = [...text.replace(/[\u0000-\u001f\u007f]+/g, " ")];
  return closed(all.length <= letters ? all.join("") : `${all.slice(0, letters - 1).join("").trimEnd()}…`);
}

/** A subtitle of those parts that there are. */
export const joined = (...parts: readonly (string | false | null)[]): string => parts.filter(Boolean).join(" · ");

export interface Placed {
  readonly text: string;
  readonly x: number;
  readonly y: number; // middle
  readonly align: "left" | "center" | "right";
  readonly colour: string;
}

export function boxOf(context: Canvas, { text, x, y, align }: Placed): Box {
  const width = context.measureText(text).width;
  const left = align === "left" ? x : align === "right" ? x - width : x - width / 2;
  return { left, right: left + width, top: y - HEIGHT / 2 - 1, bottom: y + HEIGHT / 2 + 1 };
}

/** The same text, moved so that it lies inside of a box. */
export function kept(context: Canvas, placed: Placed, outer: Box): Placed {
  const box = boxOf(context, placed);
  const across = Math.max(0, outer.left + 2 - box.left) - Math.max(0, box.right - outer.right + 2);
  const down = Math.max(0, outer.top + 1 - box.top) - Math.max(0, box.bottom - outer.bottom + 1);
  return { ...placed, x: placed.x + across, y: placed.y + down };
}

/** Of places for a text, the first inside of a box that covers the fewest others; null: none is inside. */
export function freest(
  context: Canvas, places: readonly Placed[], outer: Box, avoid: readonly Box[],
): Placed | null {
  const inner = places.filter((placed) => inside(boxOf(context, placed), outer));
  const covered = (placed: Placed) => avoid.filter((box) => overlap(box, boxOf(context, placed))).length;
  return inner.length ? inner.reduce((a, b) => (covered(b) < covered(a) ? b : a)) : null;
}

export function write(context: Canvas, placed: Placed): void {
  context.fillStyle = placed.colour;
  context.textAlign = placed.align;
  context.textBaseline = "middle";
  context.fillText(placed.text, placed.x, placed.y);
}

/** Writes on a plate of the card's colour, so that lines behind it do not cross the letters. */
export function plate(context: Canvas, palette: Palette, placed: Placed, strength = 0.85): Box {
  const box = boxOf(context, placed);
  context.globalAlpha = strength;
  context.fillStyle = palette.card;
  context.fillRect(box.left - 2, box.top, box.right - box.left + 4, box.bottom - box.top);
  context.globalAlpha = 1;
  write(context, placed);
  return box;
}
