// PNG: all panels in one picture, at twice the resolution of a screen.

import type { Draw, Palette, Scene } from "../types";
import { head, panelsOn, paper, sheetOf } from "./sheet";

const PANEL = [600, 330] as const;
const SHARP = 2;

export function pngOf(scene: Scene, name: string, draws: readonly Draw[], palette: Palette): Promise<Blob> {
  const sheet = sheetOf(draws.length, ...PANEL, true);
  const canvas = Object.assign(document.createElement("canvas"), { width: SHARP * sheet.width, height: SHARP * sheet.height });
  const context = canvas.getContext("2d")!;
  context.scale(SHARP, SHARP);
  paper(context, sheet, palette);
  head(context, sheet, { scene, name }, palette);
  panelsOn(context, sheet, draws, scene, palette);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large for this browser"))), "image/png");
  });
}
