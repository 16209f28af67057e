// Panel C: the cost of every run, step by step; above the minimum on a log axis, where the minimum is known.

import { counted, number, whole } from "../text/number";
import type { Drawn, Palette, Run, Scene } from "../types";
import type { Canvas } from "./canvas";
import { endLabels, roomOf } from "./ends";
import { clamp, extent, type Interval, padded } from "./extent";
import { type Frame, frame, within } from "./frame";
import { contains } from "./geometry";
import { ball, beyond, line, type Point } from "./marks";
import { colourOf, dashOf } from "./palette";
import { labelsOf, minimumOf, numberOf, stepOf, valued, valueOf, withoutMinimum } from "./runs";
import { joined } from "./text";

const DEEPEST = 1e-13; // of the first cost above the minimum: what is below is rounding
const HIGHEST = 1e6; // times the first cost: what is above has diverged, and is shown only if all runs have
const LARGEST = 1e290; // cost that an axis can show

/** What the vertical axis shows. */
interface Measure {
  readonly label: string;
  readonly log: boolean;
  readonly domain: Interval;
  readonly note: string;
  of(cost: number): number;
}

export function cost(scene: Scene, context: Canvas, width: number, height: number, palette: Palette): Drawn {
  const labels = labelsOf(scene);
  const measure = measureOf(scene);
  const room = scene.runs.length > 1 ? roomOf(context, labels, width) : 0;
  const steps = Math.max(
    1,
    ...scene.runs.map((run) => (run.numbers ? numberOf(run, run.steps) : Math.max(run.steps, scene.settings.steps))),
  );
  const axes = frame(context, width, height, palette, { label: "step", domain: [0, steps] }, { ...measure }, room);
  const k = scene.runs.length ? clamp(shown(scene, scene.settings.cursor), 0, steps) : 0;
  within(context, axes, () => {
    line(context, [[axes.x(k), axes.top], [axes.x(k), axes.bottom]], { colour: palette.mute, width: 1, dash: [2, 3] });
    for (let i = scene.runs.length - 1; i >= 0; i--) {
      const points = outline(scene.runs[i], axes, measure);
      line(context, points, { colour: colourOf(palette, i), width: 1.8, dash: dashOf(i) });
    }
  });
  for (let i = scene.runs.length - 1; i >= 0; i--)
    mark(context, scene.runs[i], i, scene.settings.cursor, axes, measure, palette);
  const end = (run: Run) => axes.y(measure.of(run.cost[lastNumber(run)]));
  if (room)
    endLabels(context, axes, scene.runs.map((run, i) => (
      { text: labels[i], y: end(run), colour: colourOf(palette, i), dash: dashOf(i) })), width);
  return drawn(scene, labels, measure, axes);
}

/** The step number at the cursor, also where the leading run ended before. */
function shown({ runs: [lead] }: Scene, cursor: number): number {
  return lead?.numbers ? numberOf(lead, stepOf(lead, cursor)) : Math.round(cursor);
}

/** The state of the leading run at a step number. */
function stateAt({ runs: [lead] }: Scene, step: number): number {
  if (!lead?.numbers) return step;
  return lead.numbers.reduce((best, n, t) => (Math.abs(n - step) < Math.abs(lead.numbers![best] - step) ? t : best), 0);
}

function measureOf(scene: Scene): Measure {
  const { facts, objective, runs } = scene;
  const value = valueOf(scene);
  const costs = runs.flatMap((run) => [...every(run.cost)]).filter((c) => Math.abs(c) < LARGEST);
  const lowest = Math.min(...costs);
  const first = runs.length ? runs[0].cost[0] - facts.least : NaN;
  if (facts.best && first > 0 && lowest >= facts.least - 1e-9 * first) {
    const floor = Math.max(DEEPEST * first, 4 * Number.EPSILON * Math.abs(facts.least), 1e-300);
    const of = (c: number) => Math.max(c - facts.least, floor);
    return {
      label: `${value} above ${objective.convex ? "the minimum" : "minimum found"}`,
      log: true,
      domain: logarithmic(scene, of, first),
      note: "",
      of,
    };
  }
  const note = facts.best
    ? first > 0
      ? `plain ${value}: it falls below the minimum found`
      : ""
    : Number.isFinite(facts.least)
      ? `plain ${value}: its infimum is ${number(facts.least)}`
      : `plain ${value}: ${withoutMinimum(scene)}`;
  const log = lowest > 0 && Math.max(...costs) > 50 * lowest;
  if (log)
    return { label: value, log, domain: logarithmic(scene, (c) => c, costs[0]), note, of: (c) => Math.max(c, 1e-300) };
  const shown = costs.filter((c) => Math.abs(c - costs[0]) <= HIGHEST * (Math.abs(costs[0]) || 1));
  return { label: value, log, domain: padded(extent(shown)), note, of: (c) => c };
}

/** Some thousand of the costs: enough for an axis. */
function every(costs: Float64Array): Float64Array {
  const step = Math.ceil(costs.length / 4000);
  return step <= 1 ? costs : costs.filter((_, t) => t % step === 0 || t === costs.length - 1);
}

/** The log axis: costs of runs that diverged are cut off, unless all have. */
function logarithmic({ runs }: Scene, of: (cost: number) => number, first: number): Interval {
  const settled = runs.some((run) => run.end === "steps" && run.cost[run.steps] <= HIGHEST * run.cost[0]);
  const values = runs.flatMap((run) => [...every(run.cost)]).filter((c) => Math.abs(c) < LARGEST).map(of);
  const [low, high] = extent(values.filter((v) => v > 0 && (!settled || v <= HIGHEST * first)).map(Math.log10), 0.5);
  return [10 ** Math.max(-300, low - 0.04 * (high - low)), 10 ** Math.min(300, high + 0.06 * (high - low))];
}

/** The line of a run: where steps are many, the first, highest, lowest and last cost of each column of pixels. */
function outline(run: Run, axes: Frame, measure: Measure): Point[] {
  const place = (t: number): Point => [axes.x(numberOf(run, t)), clamp(axes.y(measure.of(run.cost[t])), -1e4, 1e4)];
  const last = lastNumber(run);
  const wide = Math.ceil((last + 1) / (axes.right - axes.left));
  if (wide <= 4) return Array.from({ length: last + 1 }, (_, t) => place(t));
  const points: Point[] = [];
  for (let from = 0; from <= last; from += wide) {
    const to = Math.min(last, from + wide - 1);
    let [low, high] = [from, from];
    for (let t = from; t <= to; t++) {
      if (run.cost[t] < run.cost[low]) low = t;
      if (run.cost[t] > run.cost[high]) high = t;
    }
    points.push(...[...new Set([from, low, high, to])].sort((a, b) => a - b).map(place));
  }
  return points;
}

function lastNumber(run: Run): number {
  let t = run.steps;
  while (t > 0 && !Number.isFinite(run.cost[t])) t--;
  return t;
}

function mark(
  context: Canvas, run: Run, index: number, cursor: number, axes: Frame, measure: Measure, palette: Palette,
): void {
  const t = Math.min(stepOf(run, cursor), lastNumber(run));
  const at: Point = [axes.x(numberOf(run, t)), axes.y(measure.of(run.cost[t]))];
  const colour = colourOf(palette, index);
  if (contains(axes, ...at)) ball(context, at, colour, palette, index === 0 ? 5.5 : 4.5);
  else beyond(context, [at[0], at[1] < axes.top ? axes.top + 20 : axes.bottom - 20], at, axes, colour, palette);
}

function drawn(scene: Scene, labels: readonly string[], measure: Measure, axes: Frame): Drawn {
  const title = finding(scene, labels);
  const subtitle = joined(
    measure.note,
    `dotted line: step ${whole(shown(scene, scene.settings.cursor))}${scene.still ? "" : ", drag to move it"}`,
  );
  return {
    title,
    subtitle,
    description: `${measure.label}, step by step${measure.log ? ", on a log axis" : ""}. ${title}. ${measure.note}`,
    toData(x, y) {
      const at = axes.toData(x, y);
      return at && { x: stateAt(scene, at.x), y: at.y };
    },
    hit: () => null,
  };
}

function finding(scene: Scene, labels: readonly string[]): string {
  const { runs, facts, settings } = scene;
  if (runs.length === 0) return "No run";
  const at = runs.map((run) => stepOf(run, settings.cursor));
  if (runs.length > 1) {
    const costs = runs.map((run, i) => (Number.isFinite(run.cost[at[i]]) ? run.cost[at[i]] : Infinity));
    const lowest = costs.indexOf(Math.min(...costs));
    if (!Number.isFinite(costs[lowest])) return "All runs have diverged";
    const tie = costs.filter((c) => c === costs[lowest]).length > 1;
    const above = facts.best && costs[lowest] >= facts.least;
    const value = above ? `${number(costs[lowest] - facts.least, 3)} above ${minimumOf(scene)}` : number(costs[lowest]);
    return tie
      ? `Lowest at step ${whole(shown(scene, settings.cursor))}: ${value}`
      : `Lowest: ${labels[lowest]}, ${value}`;
  }
  const [first, now] = [runs[0].cost[0], runs[0].cost[at[0]]];
  const minimum = facts.best ? `; minimum ${number(facts.least)}` : "";
  if (Number.isNaN(first)) return `${valueOf(scene) === "cost" ? "Cost" : valueOf(scene)} has no value at the start`;
  const words = at[0] === 0 ? `${valued(scene, number(first))} at the start`
    : `${valued(scene, `${number(first)} → ${number(now)}`)} in ${counted(numberOf(runs[0], at[0]), "step")}`;
  return `${words.replace(/^cost/, "Cost")}${minimum}`;
}
