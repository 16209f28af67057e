// One picture of the page for print: head with the verdict, and panels with their titles, two in a row.

import { fit, FONT } from "../draw/text";
import type { Draw, Drawn, Palette, Scene } from "../types";

export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly places: readonly Place[]; // of the panels, in their order
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const MARGIN = 16;
const HEAD = 62;
const LINES = 3; // of title and subtitle, above a panel
const LINE = 16;
const CAPTION = 8 + LINES * LINE;
const TITLE = FONT.replace("12px", "600 14px");
const HEADING = FONT.replace("12px", "600 18px");

export function sheetOf(panels: number, width: number, height: number, headed: boolean): Sheet {
  const columns = Math.min(2, panels);
  const rows = Math.ceil(panels / columns);
  const top = headed ? HEAD : 0;
  const places = Array.from({ length: panels }, (_, i) => ({
    x: MARGIN + (i % columns) * (width + MARGIN),
    y: top + MARGIN + CAPTION + Math.floor(i / columns) * (height + CAPTION + MARGIN),
    width,
    height,
  }));
  return {
    width: MARGIN + columns * (width + MARGIN),
    height: top + MARGIN + rows * (height + CAPTION + MARGIN),
    places,
  };
}

export function paper(context: CanvasRenderingContext2D, { width, height }: Sheet, palette: Palette): void {
  context.fillStyle = palette.card;
  context.fillRect(0, 0, width, height);
}

/** What is minimised, and the verdict. */
export function head(
  context: CanvasRenderingContext2D, { width }: Sheet, scene: Scene, name: string, palette: Palette,
): void {
  const { status, message } = scene.judgement;
  const room = width - 2 * MARGIN;
  letters(context, HEADING, palette.ink, `steepest lab: ${name}`, { x: MARGIN, y: 24, room });
  letters(context, FONT, palette.ink, message || status, { x: MARGIN, y: 48, room });
}

export function caption(
  context: CanvasRenderingContext2D, { x, y, width }: Place, { title, subtitle }: Drawn, palette: Palette,
): void {
  const line = (i: number): Line => ({ x, y: y - CAPTION + 13 + LINE * i, room: width });
  const titles = linesOf(context, TITLE, title, width, 2);
  titles.forEach((text, i) => letters(context, TITLE, palette.ink, text, line(i)));
  linesOf(context, FONT, subtitle, width, LINES - titles.length).forEach((text, i) =>
    letters(context, FONT, palette.mute, text, line(titles.length + i)));
}

interface Line {
  readonly x: number;
  readonly y: number;
  readonly room: number;
}

function letters(
  context: CanvasRenderingContext2D, font: string, colour: string, text: string, { x, y, room }: Line,
): void {
  context.font = font;
  context.fillStyle = colour;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(fit(context, text, room), x, y);
}

/** The text, broken between words into at most so many lines; what is left over stays on the last. */
export function linesOf(
  context: Pick<CanvasRenderingContext2D, "font" | "measureText">,
  font: string, text: string, room: number, most: number,
): readonly string[] {
  context.font = font;
  const words = text.split(" ");
  const wide = words.findIndex((_, i) => context.measureText(words.slice(0, i + 1).join(" ")).width > room);
  if (wide < 1 || most < 2) return [text];
  const [first, rest] = [words.slice(0, wide).join(" "), words.slice(wide).join(" ")];
  return [first, ...linesOf(context, font, rest, room, most - 1)];
}

/** Draws the panels and their captions on a canvas. */
export function panelsOn(
  context: CanvasRenderingContext2D, sheet: Sheet, draws: readonly Draw[], scene: Scene, palette: Palette,
): void {
  draws.forEach((draw, i) => {
    const place = sheet.places[i];
    context.save();
    context.translate(place.x, place.y);
    const drawn = draw({ ...scene, still: true }, context, place.width, place.height, palette);
    context.restore();
    caption(context, place, drawn, palette);
  });
}
