// GIF: the walk through the steps in at most 60 frames, on the main thread in pieces, so that the page goes on.

import { applyPalette, GIFEncoder, quantize } from "gifenc";
import type { Draw, Palette, Scene } from "../types";
import { panelsOn, paper, type Sheet, sheetOf } from "./sheet";

const FRAMES = 60;
const COLOURS = 63; // and one that is transparent
const DELAY = 100; // ms
const HOLD = 2000; // ms, of the last frame
const PANELS = { 1: [600, 360], 4: [400, 230] } as const;

/** Steps of the frames: every one, or evenly spaced; first and last are among them. */
export function framesOf(last: number, most = FRAMES): readonly number[] {
  const count = Math.min(last + 1, most);
  return Array.from({ length: count }, (_, i) => Math.round((i * last) / Math.max(1, count - 1)));
}

/** `onFrame` hears the share that is done. */
export async function gifOf(
  scene: Scene, draws: readonly Draw[], palette: Palette, onFrame: (share: number) => void = () => undefined,
): Promise<Blob> {
  const sheet = sheetOf(draws.length, ...PANELS[draws.length === 1 ? 1 : 4], false);
  const canvas = Object.assign(document.createElement("canvas"), { width: sheet.width, height: sheet.height });
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const steps = framesOf(Math.max(...scene.runs.map((run) => run.steps)));
  const pixels = (step: number) => pixelsOf(context, sheet, draws, { ...scene, settings: { ...scene.settings, cursor: step } }, palette);
  const colours = quantize(pixels(steps[steps.length - 1]), COLOURS);
  const gif = GIFEncoder();
  let before: Uint8Array | null = null;
  for (const [i, step] of steps.entries()) {
    const now = applyPalette(pixels(step), colours);
    const delay = i === steps.length - 1 ? HOLD : DELAY;
    write(gif, now, before, sheet, before ? { delay } : { delay, palette: [...colours, [0, 0, 0]], repeat: 0 });
    before = now;
    onFrame((i + 1) / steps.length);
    await pause();
  }
  gif.finish();
  return new Blob([gif.bytes()], { type: "image/gif" });
}

function pixelsOf(
  context: CanvasRenderingContext2D, sheet: Sheet, draws: readonly Draw[], scene: Scene, palette: Palette,
): Uint8ClampedArray {
  paper(context, sheet, palette);
  panelsOn(context, sheet, draws, scene, palette);
  return context.getImageData(0, 0, sheet.width, sheet.height).data;
}

/** After the first frame only pixels that changed are written; the others are transparent. */
function write(
  gif: ReturnType<typeof GIFEncoder>, now: Uint8Array, before: Uint8Array | null, { width, height }: Sheet,
  options: { readonly delay: number; readonly palette?: number[][]; readonly repeat?: number },
): void {
  const clear = options.palette ? options.palette.length - 1 : COLOURS;
  const index = before ? now.map((colour, i) => (colour === before[i] ? clear : colour)) : now;
  gif.writeFrame(index, width, height, { ...options, transparent: before !== null, transparentIndex: clear, dispose: 1 });
}

/** Lets the page draw and listen. */
const pause = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 0); });
