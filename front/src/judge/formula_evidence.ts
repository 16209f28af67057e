// The evidence of a run on a formula: the mirror of `_judged` and `_evidence` in steepest/solve/minimize.py.

import type { Facts, Objective, Run, Settings, Vec } from "../types";
import { evidence, reversals, type Evidence } from "./evidence";
import { courseOf, left } from "./forecast";
import { looksOf } from "./looks";
import { paceOf, runOut } from "./pace";
import { linear } from "./rules";
import { conditionOf, endlessFall, gradientAt, isUpward, kindOf, limitOf, quadraticForm, stand } from "./standing";
import { stateOf } from "./states";

const TOL = 1e-10; // predicted decrease that counts as none, in the size of the cost at the start
const LOWEST = -1e290; // a cost below it counts as unbounded
const LATE = 8; // last points at which the stability limit is computed

export function formulaEvidence(run: Run, facts: Facts, objective: Objective, settings: Settings): Evidence {
  const at = stateOf(run, run.steps);
  const scale = Math.abs(run.cost[0]) || 1;
  const target = TOL * scale;
  const [standing, slope] = [stand(objective, at), gradientAt(objective, at)];
  const form = objective.quadratic ? quadraticForm(objective.hessian(stateOf(run, 0)), slope) : { gap: null, endless: null };
  const formed = form.gap !== null;
  const still = standing.gap !== null && (standing.gap <= target || Math.hypot(...slope) === 0);
  const settled = !formed && still;
  const gap = formed ? form.gap : settled || isUpward(standing) ? standing.gap : null;
  const [pace, rule, plain] = [paceOf(settings), linear(run.rule), plainLimit(run, objective)];
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
    rule: run.rule,
    constant: settings.schedule === "constant",
    reversals: reversals(run.path, run.size),
    left: formed && form.gap! > target ? leftOf(run, facts, objective, settings, target) : null,
    bias: null,
    separated: null,
    unproven: null,
    function: true,
    convex: formed,
    endless: form.endless ?? (formed || still ? null : farFall(run, objective, at, slope)),
    spent: runOut(pace, run.steps),
    standing: settled ? kindOf(objective, at) : null,
  });
}

/** The smallest of the stability limits of plain descent at the last points. */
function plainLimit(run: Run, objective: Objective): number {
  const from = Math.max(0, run.steps + 1 - LATE);
  const points = Array.from({ length: run.steps + 1 - from }, (_, i) => stateOf(run, from + i));
  return Math.min(Infinity, ...points.map((w) => limitOf(stand(objective, w))));
}

function leftOf(run: Run, facts: Facts, objective: Objective, settings: Settings, target: number): number | null {
  const rule = linear(run.rule);
  if (!rule || settings.schedule !== "constant") return null;
  const course = courseOf(facts, objective, rule, settings.rate, stateOf(run, 0), stateOf(run, run.steps));
  return course && left(course, run.steps, target, false);
}

/** How the function is seen to fall without end, from the last point. */
function farFall(run: Run, objective: Objective, at: Vec, slope: Vec): string | null {
  const cost = run.cost[run.steps];
  if (cost < LOWEST) return "it has fallen to less than \u22121 \u00d7 10\u00b2\u2079\u2070 already";
  const before = stateOf(run, Math.max(0, run.steps - 1));
  return endlessFall(objective, at, [slope.map((g) => -g), at.map((w, j) => w - before[j])]);
}
