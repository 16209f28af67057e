// The loop of gradient descent: at each step a gradient, a direction, a rate.

import type { Objective, Run, Settings } from "../types";
import { Batches } from "./batches";
import { rules, schedules } from "./engine.gen";
import { parseSpec } from "./spec";
import { walkerOf } from "./walker";

/** What a descent depends on besides its objective and its rule. */
export type How = Pick<Settings, "rate" | "schedule" | "batch" | "sampling" | "seed" | "steps" | "start" | "fixed">;

/** The descent by a rule such as "momentum:beta=0.95"; it ends early where a cost is no longer finite. */
export function descend(objective: Objective, rule: string, how: How): Run {
  const { record: schedule, self: given } = parseSpec(how.schedule, schedules, "schedule");
  const settings = { ...given, eta: how.rate };
  const p = objective.size;
  const walker = walkerOf(parseSpec(rule, rules, "rule"), Array.from({ length: p }, (_, j) => !how.fixed[j]));
  const batches = new Batches(objective.rows, how.batch, how.sampling, how.seed);
  const at = Float64Array.from(how.start);
  const w = at.slice();
  const g = new Float64Array(p);
  const path = new Float64Array((how.steps + 1) * p);
  const cost = new Float64Array(how.steps + 1);
  path.set(w);
  cost[0] = objective.value(w);
  let t = 0;
  while (t < how.steps && Number.isFinite(cost[t])) {
    const rows = batches.rowsOf(t);
    objective.gradient(at, g, rows, 0, rows?.length ?? objective.rows);
    walker.move(at, g, schedule.rate(settings, t + 1), t + 1);
    walker.answer(at, w);
    path.set(w, (t + 1) * p);
    cost[++t] = objective.value(w);
  }
  const finite = Number.isFinite(cost[t]);
  const steps = finite || t === 0 ? t : t - 1;
  const again = new Batches(objective.rows, how.batch, how.sampling, how.seed);
  return {
    rule, size: p, steps, end: finite ? "steps" : "overflow",
    path: path.subarray(0, (steps + 1) * p),
    cost: cost.subarray(0, steps + 1),
    rowsOf: (step) => again.rowsOf(step)?.slice() ?? null,
  };
}
