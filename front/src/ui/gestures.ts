// What pointer and keys do on each picture: drag rows, drag the start, turn the surface, scrub.

import { signal, type Signal } from "@preact/signals";
import type { Lab } from "../state/lab";
import { full } from "../state/source";
import type { Drawn, Scene } from "../types";
import type { Gesture } from "./Panel";
import { movedTo } from "./Tables";

const DEGREES = 0.5; // turned for each pixel
const TURN = 5; // degrees for each key
const NUDGE = 8; // pixels that an arrow key moves the start

type Windows = NonNullable<Scene["windows"]>;

interface Gestures {
  readonly data: Gesture;
  readonly map: Gesture;
  readonly cost: Gesture;
  /** Windows of the pictures that hold still while something is dragged. */
  readonly windows: Signal<Windows>;
}

export function gesturesOf(lab: Lab): Gestures {
  const windows = signal<Windows>({});
  const release = () => {
    windows.value = {};
  };
  return {
    windows,
    data: { release, grab: (drawn, x, y) => grabRow(lab, windows, drawn, x, y) },
    map: {
      release,
      grab: (drawn, x, y) =>
        lab.settings.peek().view === "surface" ? turning(lab, x, y) : grabStart(lab, windows, drawn, x, y),
      key: (drawn, event) => (lab.settings.peek().view === "surface" ? turned(lab, event) : nudged(lab, drawn, event)),
    },
    cost: { grab: () => (drawn, x, y) => scrub(lab, drawn, x, y) },
  };
}

type Move = ReturnType<NonNullable<Gesture["grab"]>>;

function grabRow(lab: Lab, windows: Signal<Windows>, drawn: Drawn, x: number, y: number): Move {
  const found = drawn.hit(x, y);
  const [across, up] = drawn.columns ?? [null, null];
  if (found?.kind !== "row" || (across === null && up === null)) return null;
  if (drawn.window) windows.value = { data: drawn.window };
  return (now, px, py) => {
    const at = now.toData(px, py);
    if (!at) return;
    const moved = lab.settings.peek().moved;
    const one = up === null ? moved : movedTo(moved, found.index, up, at.y);
    lab.change({ moved: across === null ? one : movedTo(one, found.index, across, at.x) });
  };
}

function grabStart(lab: Lab, windows: Signal<Windows>, drawn: Drawn, x: number, y: number): Move {
  if (drawn.hit(x, y)?.kind !== "start") return null;
  if (drawn.window) windows.value = { map: drawn.window };
  return (now, px, py) => {
    const start = now.toData(px, py) && now.startAt?.(px, py);
    if (start) lab.change({ start });
  };
}

function turning(lab: Lab, x: number, y: number): Move {
  const { turn, tilt } = lab.settings.peek();
  return (_, px, py) => lab.change({ turn: around(turn + (px - x) * DEGREES), tilt: tilt + (py - y) * DEGREES });
}

/** An angle from -180 to 180 degrees. */
const around = (degrees: number): number => ((((degrees + 180) % 360) + 360) % 360) - 180;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function turned(lab: Lab, event: KeyboardEvent): boolean {
  const arrow = ARROWS[event.key];
  if (!arrow) return false;
  const { turn, tilt } = lab.settings.peek();
  lab.change({ turn: around(turn + arrow[0] * TURN), tilt: tilt + arrow[1] * TURN });
  return true;
}

/** Moves the start by what so many pixels mean here, wherever it is: outside of the window too. */
function nudged(lab: Lab, drawn: Drawn, event: KeyboardEvent): boolean {
  const arrow = ARROWS[event.key];
  const canvas = event.currentTarget as HTMLCanvasElement;
  const [x, y] = [canvas.clientWidth / 2, canvas.clientHeight / 2];
  const from = drawn.startAt?.(x, y);
  const to = arrow && drawn.startAt?.(x + arrow[0] * NUDGE, y + arrow[1] * NUDGE);
  if (!from || !to) return false;
  const { start } = full(lab.settings.peek(), to.length);
  lab.change({ start: start.map((w, j) => w + to[j] - from[j]) });
  return true;
}

function scrub(lab: Lab, drawn: Drawn, x: number, y: number): void {
  const at = drawn.toData(x, y);
  const numbers = lab.scene.peek()?.runs[0]?.numbers;
  if (at) lab.playback.go(numbers ? nearest(numbers, at.x) : at.x);
}

/** The place of the nearest of ascending numbers. */
function nearest(numbers: Float64Array, wanted: number): number {
  return numbers.reduce(
    (best, number, i) => (Math.abs(number - wanted) < Math.abs(numbers[best] - wanted) ? i : best),
    0,
  );
}
