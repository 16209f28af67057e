// GIF: the walk through the steps in at most 60 frames, on the main thread in pieces, so that the page goes on.

import { applyPalette, GIFEncoder, quantize } from "gifenc";
import type { Draw, Palette, Scene } from "../types";
import { panelsOn, paper, type Sheet, sheetOf } from "./sheet";

const FRAMES = 60;
const COLOURS = 31; // and one that is transparent
const DELAY = 100; // ms
const HOLD = 2000; // ms, of the last frame
const LARGEST = 500_000; // bytes
const SIZES = [1, 0.85, 0.7, 0.6, 0.5];
const SINGLE = [560, 340] as const; // pixels of a panel
const MANY = [360, 210] as const;

/** Steps of the frames: every one, or evenly spaced; first and last are among them. */
function framesOf(last: number, most = FRAMES): readonly number[] {
  const count = Math.min(last + 1, most);
  return Array.from({ length: count }, (_, i) => Math.round((i * last) / Math.max(1, count - 1)));
}

/** `told` hears the share that is done. A file that is too large is drawn again, smaller. */
export async function gifOf(
  scene: Scene, draws: readonly Draw[], palette: Palette, told: (share: number) => void = () => undefined,
): Promise<Blob> {
  const [width, height] = draws.length === 1 ? SINGLE : MANY;
  let bytes = new Uint8Array();
  for (const size of SIZES) {
    const sheet = sheetOf(draws.length, Math.round(size * width), Math.round(size * height), false);
    bytes = await encoded(scene, draws, palette, sheet, told);
    if (bytes.length <= LARGEST) break;
  }
  return new Blob([bytes], { type: "image/gif" });
}

async function encoded(
  scene: Scene, draws: readonly Draw[], palette: Palette, sheet: Sheet, told: (share: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = Object.assign(document.createElement("canvas"), { width: sheet.width, height: sheet.height });
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const steps = framesOf(Math.max(...scene.runs.map((run) => run.steps)));
  const at = (step: number): Scene => ({ ...scene, settings: { ...scene.settings, cursor: step } });
  const pixels = (step: number) => pixelsOf(context, sheet, draws, at(step), palette);
  const colours = quantize(joined([0, steps.length >> 1, steps.length - 1].map((i) => pixels(steps[i]))), COLOURS);
  const clear = colours.length;
  const gif = GIFEncoder();
  let before: Uint8Array | null = null;
  for (const [i, step] of steps.entries()) {
    const now = applyPalette(pixels(step), colours);
    const first = before ? {} : { palette: [...colours, [0, 0, 0]], repeat: 0 };
    const index = before ? changed(now, before, clear) : now;
    const delay = i === steps.length - 1 ? HOLD : DELAY;
    const later = { delay, transparent: before !== null, transparentIndex: clear, dispose: 1 };
    gif.writeFrame(index, sheet.width, sheet.height, { ...first, ...later });
    before = now;
    told((i + 1) / steps.length);
    await pause();
  }
  gif.finish();
  return gif.bytes();
}

function pixelsOf(
  context: CanvasRenderingContext2D, sheet: Sheet, draws: readonly Draw[], scene: Scene, palette: Palette,
): Uint8ClampedArray {
  paper(context, sheet, palette);
  panelsOn(context, sheet, draws, scene, palette);
  return context.getImageData(0, 0, sheet.width, sheet.height).data;
}

/** After the first frame only pixels that changed are written; the others are transparent. */
function changed(now: Uint8Array, before: Uint8Array, clear: number): Uint8Array {
  return now.map((colour, i) => (colour === before[i] ? clear : colour));
}

function joined(frames: readonly Uint8ClampedArray[]): Uint8ClampedArray {
  const all = new Uint8ClampedArray(frames.reduce((total, frame) => total + frame.length, 0));
  frames.reduce((from, frame) => {
    all.set(frame, from);
    return from + frame.length;
  }, 0);
  return all;
}

/** Lets the page draw and listen. */
const pause = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 0); });
