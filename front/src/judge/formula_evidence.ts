// The evidence of a run on a formula: the mirror of `_judged` and `_evidence` in steepest/solve/minimize.py.

import { rules } from "../engine/engine.gen";
import { freeOf, stateOf } from "../engine/parameters";
import { parseSpec } from "../engine/spec";
import { number } from "../text/number";
import type { Facts, Objective, Run, Settings, Vec } from "../types";
import { evidence, reversals, type Evidence } from "./evidence";
import { courseOf, left } from "./forecast";
import { looksOf } from "./looks";
import { paceOf, runOut } from "./pace";
import { restricted } from "./restricted";
import { linear } from "./rules";
import { conditionOf, endlessFall, gradientAt, isUpward, kindOf, limitOf, quadraticForm, stand } from "./standing";

const TOL = 1e-10; // predicted decrease that counts as none, in the size of the cost at the start
const LOWEST = -1e290; // a cost below it counts as unbounded
const LATE = 8; // last points at which the stability limit is computed

export function formulaEvidence(run: Run, facts: Facts, whole: Objective, settings: Settings): Evidence {
  const free = freeOf(settings.fixed, whole.size);
  const part = (t: number): Vec => Float64Array.from(free, (j) => run.path[t * run.size + j]);
  const objective = restricted(whole, stateOf(run, 0), free);
  const [before, at] = [part(Math.max(0, run.steps - 1)), part(run.steps)];
  const scale = Math.abs(run.cost[0]) || 1;
  const target = TOL * scale;
  const [standing, slope] = [stand(objective, at), gradientAt(objective, at)];
  const form = objective.quadratic ? quadraticForm(objective.hessian(part(0)), slope) : { gap: null, endless: null };
  const formed = form.gap !== null;
  const still = standing.gap !== null && (standing.gap <= target || Math.hypot(...slope) === 0);
  const settled = !formed && still;
  const gap = formed ? form.gap : settled || isUpward(standing) ? standing.gap : null;
  const [pace, rule, plain] = [paceOf(settings), linear(run.rule), plainLimit(lastPoints(run.steps, part), objective)];
  const rate = pace(Math.max(1, run.steps));
  return evidence({
    ...looksOf(run, 0, 0), gap, target, scale, rate,
    end: run.end === "overflow" ? "overflow" : `${settings.steps} updates`,
    sense: "exact",
    local: true,
    reached: run.cost[run.steps],
    gradientNorm: Math.hypot(...slope),
    standardErrors: null,
    limit: rule && 0.5 * rule.stability * plain,
    safe: Number.isFinite(plain) ? 0.5 * plain : 0.1 * rate,
    condition: conditionOf(standing),
    quadratic: formed,
    sampled: false,
    rule: parseSpec(run.rule, rules, "rule").record.name,
    constant: settings.schedule === "constant",
    reversals: reversals(run.path, run.size),
    left: formed && form.gap! > target ? leftOf(run, facts, whole, settings, target) : null,
    bias: null,
    separated: null,
    unproven: null,
    function: true,
    convex: formed,
    endless: form.endless ?? (formed || still ? null : farFall(run.cost[run.steps], objective, at, before, slope)),
    spent: runOut(pace, run.steps),
    standing: settled ? kindOf(objective, at) : null,
  });
}

const lastPoints = (steps: number, part: (t: number) => Vec): readonly Vec[] =>
  Array.from({ length: Math.min(LATE, steps + 1) }, (_, i) => part(steps - i));

/** The smallest of the stability limits of plain descent at these points. */
const plainLimit = (points: readonly Vec[], objective: Objective): number =>
  Math.min(Infinity, ...points.map((w) => limitOf(stand(objective, w))));

function leftOf(run: Run, facts: Facts, objective: Objective, settings: Settings, target: number): number | null {
  const rule = linear(run.rule);
  if (!rule || settings.schedule !== "constant") return null;
  const course = courseOf(facts, objective, rule, settings.rate, stateOf(run, 0), stateOf(run, run.steps));
  return course && left(course, run.steps, target, false);
}

/** How the function is seen to fall without end, from the last point on. */
function farFall(cost: number, objective: Objective, at: Vec, before: Vec, slope: Vec): string | null {
  if (cost < LOWEST) return `it has fallen to ${number(cost)} already`;
  return endlessFall(objective, at, [slope.map((g) => -g), at.map((w, j) => w - before[j])]);
}
