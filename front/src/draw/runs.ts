// What pictures say of runs: labels of what differs between them, states at the cursor, shares of the way down.

import { nameIn, rules, untranslatedRules } from "../engine";
import { stateOf } from "../engine/parameters";
import { counted, number, whole } from "../text/number";
import type { Run, Scene } from "../types";

/** The name of a rule such as "momentum:beta=0.95": "heavy ball, beta=0.95". */
export function nameOf(rule: string): string {
  const [, ...settings] = rule.split(":");
  const base = nameIn(rules, rule);
  const label = rules[base as keyof typeof rules]?.label ?? untranslatedRules.find(({ name }) => name === base)?.label;
  return [label ?? base.replaceAll("_", " "), ...settings].join(", ");
}

/** A label for each run: its own, its rule, or the rate or batch where rules are the same. */
export function labelsOf({ runs, settings }: Scene): string[] {
  const differ = (of: (run: Run) => unknown) => new Set(runs.map(of)).size > 1;
  const [rules, rates, batches] = [differ((r) => r.rule), differ((r) => r.rate), differ((r) => r.batch)];
  return runs.map((run) => {
    if (run.label) return run.label;
    const parts = [
      ...(rules || !(rates || batches) ? [nameOf(run.rule)] : []),
      ...(rates ? [`rate ${number(run.rate ?? settings.rate)}`] : []),
      ...(batches ? [batchOf(run.batch ?? settings.batch)] : []),
    ];
    return parts.join(", ");
  });
}

const batchOf = (batch: number): string =>
  batch === 0 ? "all rows a step" : batch === 1 ? "1 row a step" : `${whole(batch)} rows a step`;

/** The step that a run shows at the cursor: its last, where it ended before. */
export const stepOf = (run: Run, cursor: number): number => Math.max(0, Math.min(Math.round(cursor), run.steps));

/** The number of the step of a state: not the same in a recorded run that was thinned. */
export const numberOf = (run: Run, state: number): number => run.numbers?.[state] ?? state;

/** The number of the step that the leading run shows. */
export const shownStep = ({ runs: [lead], settings }: Scene): number =>
  lead ? numberOf(lead, stepOf(lead, settings.cursor)) : 0;

export const sound = (w: ArrayLike<number>): boolean => {
  for (let j = 0; j < w.length; j++) if (!Number.isFinite(w[j])) return false;
  return true;
};

/** Where the runs begin: p numbers. */
export function startOf({ runs, objective, settings }: Scene): Float64Array {
  return runs.length
    ? stateOf(runs[0], 0)
    : Float64Array.from({ length: objective.size }, (_, j) => settings.start[j] ?? 0);
}

/** The last state of which every number is finite. */
export function lastSound(run: Run): number {
  let t = run.steps;
  while (t > 0 && !sound(stateOf(run, t))) t--;
  return t;
}

const LARGEST = 1e140; // cost that can be drawn

/** The last state of which cost and parameters can be drawn. */
export function lastDrawn(run: Run): number {
  let t = lastSound(run);
  while (t > 1 && !(Math.abs(run.cost[t]) < LARGEST)) t--;
  return t;
}

/** Share of the way from the cost at the start to the least cost; NaN if that is unknown or there is no way to go. */
export function shareDown(scene: Scene, run: Run, step: number): number {
  const way = run.cost[0] - scene.facts.least;
  return way > 0 ? (run.cost[0] - run.cost[step]) / way : NaN;
}

/** Number of the first step after which 99 % of the way down is done and stays done; null: none. */
function arrival(scene: Scene, run: Run): number | null {
  let first: number | null = null;
  for (let t = run.steps; t >= 0 && shareDown(scene, run, t) >= 0.99; t--) first = numberOf(run, t);
  return first;
}

/** The name of the point that Newton's method found: it may be one of several where the cost is not convex. */
export const minimumOf = ({ objective }: Scene): string => (objective.convex ? "the minimum" : "the minimum found");

/** Why no minimum is drawn: there is none, or none is known. */
export function withoutMinimum({ facts, judgement }: Scene): string {
  if (facts.separable) return "no finite minimum";
  return judgement.status === "unbounded" ? "no minimum" : "no minimum is known";
}

/** What is minimised: the cost of a table, or the function f. */
export const valueOf = ({ objective }: Scene): string => (objective.task === "formula" ? "f" : "cost");

/** A value in words: "cost 16", "f = 16". */
export const valued = (scene: Scene, value: string): string =>
  `${valueOf(scene)} ${scene.objective.task === "formula" ? "= " : ""}${value}`;

/** The finding of a race: who is first to 99 % of the way down. */
export function winner(scene: Scene): string {
  const labels = labelsOf(scene);
  const arrived = scene.runs.map((run, i) => ({ label: labels[i], steps: arrival(scene, run) }))
    .filter((a): a is { label: string; steps: number } => a.steps !== null).sort((a, b) => a.steps - b.steps);
  if (arrived.length === 0) return Number.isFinite(scene.facts.least) ? "None has gone 99 % of the way down" : "";
  const { steps } = arrived[0];
  const first = arrived.filter((a) => a.steps === steps).map((a) => a.label);
  const names = first.length > 2 ? counted(first.length, "run") : first.join(" and ");
  return `First: ${names}, 99 % down in ${counted(steps, "step")}`;
}
