// The walk through the steps: play, pause, step and scrub. Nothing moves until the reader presses play.

import { signal, type ReadonlySignal } from "@preact/signals";

const SECONDS = 10; // of a whole walk
const SLOWEST = 4; // steps a second

export interface Playback {
  readonly playing: ReadonlySignal<boolean>;
  toggle(): void;
  pause(): void;
  /** Pause and go to a step. */
  go(step: number): void;
  /** Pause and move by so many steps. */
  by(steps: number): void;
}

/** Steps a second: short walks slowly, long ones within ten seconds. */
export const pace = (last: number): number => Math.max(SLOWEST, last / SECONDS);

export function createPlayback(
  cursor: ReadonlySignal<number>,
  last: ReadonlySignal<number>,
  move: (step: number) => void,
  frame: (callback: (now: number) => void) => void = (callback) => requestAnimationFrame(callback),
): Playback {
  const playing = signal(false);
  const pause = () => {
    playing.value = false;
  };
  const go = (step: number) => {
    pause();
    move(Math.min(Math.max(Math.round(step), 0), last.peek()));
  };
  const play = () => {
    const from = cursor.peek() < last.peek() ? cursor.peek() : 0;
    let began: number | null = null;
    const tick = (now: number): void => {
      if (!playing.peek()) return;
      began ??= now;
      const step = Math.min(from + Math.floor(((now - began) / 1000) * pace(last.peek())), last.peek());
      if (step !== cursor.peek()) move(step);
      if (step < last.peek()) frame(tick);
      else pause();
    };
    playing.value = true;
    frame(tick);
  };
  return {
    playing,
    pause,
    go,
    toggle: () => (playing.peek() ? pause() : play()),
    by: (steps) => go(Math.min(cursor.peek(), last.peek()) + steps),
  };
}
