// What the parts of the small page share.

import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Playback } from "../state/playback";
import type { Palette, Recording } from "../types";

export interface View {
  readonly recording: Recording;
  readonly palette: ReadonlySignal<Palette>;
  /** The state that is shown: its place among the recorded ones. */
  readonly cursor: ReadonlySignal<number>;
  readonly last: ReadonlySignal<number>;
  readonly playback: Playback;
  /** The parameters of the picture of the path: across, up. The same twice: one parameter by step. */
  readonly axes: Signal<readonly [number, number]>;
}

/** A parameter of a state. */
export const parameter = ({ names, path }: Recording, state: number, j: number): number =>
  path[state * names.length + j];

/** The last state up to this one whose cost is known. */
export function costUpTo({ cost }: Recording, state: number): number {
  for (let k = state; k >= 0; k--) if (!Number.isNaN(cost[k])) return k;
  return -1;
}
