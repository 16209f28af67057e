// The two pictures of the small page: the costs by step, and the path of two parameters. Each returns its finding.

import { extent, type Interval, padded } from "../draw/extent";
import { type Frame, frame, within } from "../draw/frame";
import { ball, dot, line, type Point, ring } from "../draw/marks";
import { counted, number, whole } from "../text/number";
import type { Palette, Recording } from "../types";
import { costUpTo, parameter } from "./view";

const DEEPEST = 1e-14; // of a cost above its minimum: what is below is rounding
const LOG = 50; // ratio of costs from which the axis is logarithmic
const DOTS = 60; // states that are marked one by one

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function costs(
  context: CanvasRenderingContext2D, { width, height }: Size, palette: Palette, recording: Recording, state: number,
): string {
  const { step, cost, minimum } = recording;
  const known = [...cost.keys()].filter((k) => Number.isFinite(cost[k]));
  if (known.length === 0) return "No cost was evaluated";
  const { label, log, of } = measure(known.map((k) => cost[k]), minimum);
  const values = known.map((k) => of(cost[k]));
  const [low, high] = extent(log ? values.map(Math.log10) : values, log ? 1 : 0);
  const end = Math.max(1, step[step.length - 1]);
  const axes = frame(context, width, height, palette, { label: "step", domain: [0, end] }, {
    label, log, domain: log ? [10 ** (low - 0.1), 10 ** (high + 0.1)] : padded([low, high]),
  });
  const place = (k: number): Point => [axes.x(step[k]), axes.y(of(cost[k]))];
  const now = costUpTo(recording, state);
  within(context, axes, () => {
    upright(context, axes, axes.x(step[state]), palette);
    line(context, known.map(place), { colour: palette.rules[0], width: 1.8 });
  });
  if (now >= 0) ball(context, place(now), palette.rules[0], palette);
  return now <= 0 ? `Cost ${number(cost[known[0]])} at the start`
    : `Cost ${number(cost[known[0]])} → ${number(cost[now])} after ${counted(step[now], "step")}`;
}

interface Measure {
  readonly label: string;
  readonly log: boolean;
  of(cost: number): number;
}

/** What the axis of the cost shows: its distance from the minimum where that is known. */
function measure(costs: readonly number[], minimum = NaN): Measure {
  const lowest = costs.reduce((a, b) => Math.min(a, b));
  const highest = costs.reduce((a, b) => Math.max(a, b));
  if (highest > minimum && lowest >= minimum - 1e-9 * (highest - minimum)) {
    const floor = Math.max(DEEPEST * Math.max(highest - minimum, Math.abs(minimum)), 1e-300);
    const label = `cost above its minimum, ${number(minimum)}`;
    return { label, log: true, of: (cost) => Math.max(cost - minimum, floor) };
  }
  return { label: "cost", log: lowest > 0 && highest > LOG * lowest, of: (cost) => cost };
}

export function path(
  context: CanvasRenderingContext2D, { width, height }: Size, palette: Palette, recording: Recording, state: number,
  [a, b]: readonly [number, number],
): string {
  const { names, step } = recording;
  const single = a === b;
  const states = [...step.keys()];
  const across = (k: number): number => (single ? step[k] : parameter(recording, k, a));
  const up = (k: number): number => parameter(recording, k, b);
  const below = single
    ? { label: "step", domain: [0, Math.max(1, step[step.length - 1])] as const }
    : { label: names[a], domain: window(states.map(across)) };
  const axes = frame(context, width, height, palette, below, { label: names[b], domain: window(states.map(up)) });
  const place = (k: number): Point => [axes.x(across(k)), axes.y(up(k))];
  const colour = palette.rules[0];
  within(context, axes, () => {
    line(context, states.map(place), { colour, width: 1.1, alpha: 0.35 });
    line(context, states.slice(0, state + 1).map(place), { colour, width: 1.8 });
    if (state <= DOTS) for (const k of states.slice(0, state)) dot(context, place(k), 2.2, colour);
    ring(context, place(0), 5, palette.ink, palette.card);
    ball(context, place(state), colour, palette);
  });
  const shown = (single ? [b] : [a, b]).map((j) => `${names[j]} = ${number(parameter(recording, state, j))}`);
  return `Step ${whole(step[state])}: ${shown.join(", ")}`;
}

const window = (values: readonly number[]): Interval => padded(extent(values));

function upright(context: CanvasRenderingContext2D, axes: Frame, x: number, palette: Palette): void {
  line(context, [[x, axes.top], [x, axes.bottom]], { colour: palette.mute, width: 1, dash: [2, 3] });
}
