// PNG: all panels in one picture, at twice the resolution of a screen.

import type { Draw, Palette, Scene } from "../types";
import { head, panelsOn, paper, sheetOf } from "./sheet";

const PANEL = [600, 330] as const;
const SHARP = 2;

export function pngOf(scene: Scene, name: string, draws: readonly Draw[], palette: Palette): Promise<Blob> {
  const sheet = sheetOf(draws.length, ...PANEL, true);
  const size = { width: SHARP * sheet.width, height: SHARP * sheet.height };
  const canvas = Object.assign(document.createElement("canvas"), size);
  const context = canvas.getContext("2d")!;
  context.scale(SHARP, SHARP);
  paper(context, sheet, palette);
  head(context, sheet, scene, name, palette);
  panelsOn(context, sheet, draws, scene, palette);
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error("this browser made no picture")));
    canvas.toBlob(done, "image/png");
  });
}
