// The evidence of a run over the rows of a table: the mirror of `_judged` and `_evidence` in steepest/solve/fit.py, and
// of steepest/solve/prospects.py.

import { eigenOf } from "../engine/eigen";
import { losses, rules } from "../engine/engine.gen";
import { dot, freeOf, stateOf, unitVector } from "../engine/parameters";
import type { Loss } from "../engine/records";
import { parseSpec, type Bound } from "../engine/spec";
import type { Facts, Objective, Run, Settings, TableObjective, Vec } from "../types";
import { atMostCost, certify, type Certificate } from "./certificate";
import { evidence, median, reversals, type Evidence } from "./evidence";
import { after, courseOf, gapOf, left, type Course } from "./forecast";
import { looksOf, type Looks } from "./looks";
import { paceOf, runOut, steady } from "./pace";
import { longestSquare, meanOfSquares, predictorsOf } from "./predictors";
import { ROUNDING, UNIT } from "./quadratic_model";
import { linear, memoryShare } from "./rules";
import { separationOf } from "./separation";

const TOL = 1e-10; // gap that counts as converged, in costs of the constant model
const SMALL_ROUNDING = 1e-6; // the same for a bound of rounding that is accepted as the gap
const ENOUGH = 10; // late points of which a mean is taken

/** What is known before the verdict: made once, handed to each part. */
interface Case {
  readonly run: Run;
  readonly facts: Facts;
  readonly objective: Objective;
  readonly table: TableObjective;
  readonly settings: Settings;
  readonly loss: Loss;
  readonly looks: Looks;
  readonly sampled: boolean;
  readonly free: readonly number[];
}

export function tableEvidence(
  run: Run, facts: Facts, objective: Objective, table: TableObjective, settings: Settings,
): Evidence {
  const sampled = settings.batch > 0;
  const free = freeOf(settings.fixed, run.size);
  const looks = looksOf(run, objective.rows, settings.batch);
  const { record: loss, self } = parseSpec(table.loss, losses, "loss");
  const c: Case = { run, facts, objective, table, settings, loss, looks, sampled, free };
  const place = reportedState(c);
  const point = stateOf(run, place);
  const [pace, reached] = [paceOf(settings), run.cost[place]];
  const found = atMostCost(certify(objective, table, point, free), reached, table);
  const target = targetOf(c, found, reached, roundingCost({ record: loss, self }, table));
  const uneven = run.end === "overflow" || looks.cost.some((cost, i) => i > 0 && cost > looks.cost[i - 1]);
  const back = reversals(rawPath(c, 21), run.size);
  const unfinished = found.gap !== null && found.gap > target;
  const { left, bias } = unfinished ? prospectsOf(c, place, reached - found.gap!, target) : { left: null, bias: null };
  return evidence({
    ...looks, gap: found.gap, sense: found.sense, local: found.local, reached, target, left, bias,
    ...curvatureOf(c, uneven || back > 0.5),
    end: endOf(run, settings, sampled),
    scale: facts.constantCost,
    gradientNorm: rawGradientNorm(objective, point, free),
    standardErrors: found.standardErrors,
    rate: pace(Math.max(1, run.steps)),
    quadratic: loss.quadratic,
    sampled,
    rule: parseSpec(run.rule, rules, "rule").record.name,
    constant: settings.schedule === "constant",
    reversals: back,
    separated: separationOf(facts, objective, table, point),
    unproven: facts.best === null && !loss.attained ? "no finite minimum was found" : null,
    function: false,
    convex: true,
    endless: null,
    spent: runOut(pace, run.steps),
    standing: null,
  });
}

/** How Python words the end of a run that took all of its steps. */
function endOf(run: Run, settings: Settings, sampled: boolean): string {
  if (run.end === "overflow") return "overflow";
  return `${settings.steps} ${sampled ? "updates" : "epochs"}`;
}

/** The last state, or the recorded one of lowest cost if the cost increased or overflowed. */
function reportedState({ run, looks: { cost, step } }: Case): number {
  const [first, last] = [cost[0], cost.at(-1)!];
  const risen = last > first + ROUNDING * Math.abs(first) && first !== 0;
  if (run.end !== "overflow" && step.at(-1) === run.steps && !risen) return run.steps;
  let lowest = 0;
  cost.forEach((value, i) => (lowest = value < cost[lowest] ? i : lowest));
  return step[lowest];
}

/** The last states in raw units. */
function rawPath({ run, objective }: Case, count: number): Vec {
  const from = Math.max(0, run.steps + 1 - count);
  const states = Array.from({ length: run.steps + 1 - from }, (_, i) => objective.raw(stateOf(run, from + i)));
  return Float64Array.from(states.flatMap((w) => [...w]));
}

function targetOf({ facts }: Case, found: Certificate, reached: number, ofTargets: number): number {
  const scale = facts.constantCost;
  const target = Math.max(TOL * scale, ofTargets);
  const enough = Math.max(target, Math.min(2 * found.rounding, SMALL_ROUNDING * scale));
  return Math.max(enough, 2 * ROUNDING * Math.min(Math.abs(reached), scale));
}

/** What the rounding of the targets, and of predictions of them, may add to a cost. */
function roundingCost({ record: loss, self }: Bound<Loss>, table: TableObjective): number {
  if (loss.labels || loss.positive) return 0;
  const y = table.target.values;
  const size = loss.quadratic
    ? Math.sqrt(y.reduce((sum, v) => sum + v * v, 0) / y.length)
    : median(y.map(Math.abs));
  return loss.value(self, 8 * UNIT * size, 0);
}

/** Limit, safe rate and condition number, from the bound of the curvature of the loss. */
function curvatureOf(c: Case, uneven: boolean): Pick<Evidence, "limit" | "safe" | "condition"> {
  const [largest, smallest] = spectrumOf(c);
  const limit = largest > 0 ? 2 / largest : Infinity;
  const rule = linear(c.run.rule);
  const condition = smallest >= 1e-15 * largest && smallest > 0 ? largest / smallest : null;
  const ofRows = c.sampled && uneven && Number.isFinite(c.loss.curvature);
  const safe = ofRows ? (1 - memoryShare(c.run.rule)) / (largest + c.loss.curvature * longest(c)) : 0.5 * limit;
  return { limit: rule && 0.5 * rule.stability * limit, safe, condition };
}

const longest = ({ objective, table }: Case): number => longestSquare(predictorsOf(objective, table), objective.size);

/** Largest and smallest curvature, bounded by the loss's curvature times X'X / n; 0 where there is no bound. */
function spectrumOf({ loss, objective, table, free }: Case): readonly [number, number] {
  if (!Number.isFinite(loss.curvature) || free.length === 0) return [0, 0];
  const { values } = eigenOf(meanOfSquares(predictorsOf(objective, table), objective.size, free), free.length);
  return [loss.curvature * values.at(-1)!, loss.curvature * Math.max(0, values[0])];
}

/** Euclidean norm of the gradient by the raw parameters, of which the descent's are an affine function. */
function rawGradientNorm(objective: Objective, w: Vec, free: readonly number[]): number {
  const p = objective.size;
  const g = new Float64Array(p);
  objective.gradient(w, g);
  const origin = objective.scaled(new Float64Array(p));
  const slopes = free.map((j) => {
    const moved = objective.scaled(unitVector(j, p));
    return dot(g, moved.map((value, k) => value - origin[k]));
  });
  return Math.hypot(...slopes);
}

interface Prospects {
  readonly left: number | null;
  readonly bias: number | null;
}

/** Steps until the gap is at most the target, and how much of the late gap of sampled steps is not noise. */
function prospectsOf(c: Case, place: number, least: number, target: number): Prospects {
  const { run, settings, looks, sampled } = c;
  const averaged = parseSpec(run.rule, rules, "rule").record.answer !== null;
  if (run.steps < 1 || averaged || (!sampled && place !== run.steps)) return { left: null, bias: null };
  const course = courseFrom(c);
  const remaining = course && left(course, run.steps, target, sampled);
  const late = looks.cost.filter((_, i) => looks.step[i] > run.steps / 2);
  if (!sampled || !steady(paceOf(settings), run.steps) || late.length === 0) return { left: remaining, bias: null };
  const mean = late.reduce((sum, cost) => sum + cost, 0) / late.length;
  if (course === null) return { left: null, bias: biasOf(c, mean) };
  const height = mean - least;
  return { left: remaining, bias: height > 0 ? gapOf(course, after(course, run.steps)) / height : null };
}

function courseFrom({ run, facts, objective, settings, loss }: Case): Course | null {
  const rule = linear(run.rule);
  if (!rule || settings.schedule !== "constant" || !loss.quadratic) return null;
  return courseOf(facts, objective, rule, settings.rate, stateOf(run, 0), stateOf(run, run.steps));
}

/** Share of the late gap that the mean of the late points has too: noise is lost in it, slow progress stays. */
function biasOf({ run, objective, table, free, loss }: Case, cost: number): number | null {
  const from = Math.floor(run.steps / 2) + 1;
  const count = run.steps + 1 - from;
  if (count < ENOUGH) return null;
  const mean = new Float64Array(run.size);
  for (let t = from; t <= run.steps; t++) stateOf(run, t).forEach((w, j) => (mean[j] += w / count));
  const found = certify(objective, table, mean, free);
  if (found.gap === null) return null;
  const gap = loss.quadratic ? found.gap : 0.5 * found.gap;
  const height = gap + cost - objective.value(mean);
  return height > 0 ? gap / height : null;
}
