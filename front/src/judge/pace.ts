// The learning rate of each step, and whether a schedule has run out: the mirror of `run_out` and `steady` of Python.

import { schedules } from "../engine/engine.gen";
import { parseSpec } from "../engine/spec";
import type { Settings } from "../types";

type Pace = (t: number) => number; // rate of step t, from 1

export function paceOf({ schedule, rate }: Pick<Settings, "schedule" | "rate">): Pace {
  const { record, self } = parseSpec(schedule, schedules, "schedule");
  const fields = { ...self, eta: rate };
  return (t) => record.rate(fields, t);
}

/** Whether the rates of as many more steps add up to less than 1 % of those so far, estimated from a hundred places. */
export function runOut(pace: Pace, steps: number): boolean {
  if (steps < 2) return false;
  const count = Math.min(100, steps);
  let [sum, further] = [0, 0];
  for (let i = 0; i < count; i++) {
    const t = Math.trunc(1 + (i * (steps - 1)) / (count - 1));
    sum += pace(t);
    further += pace(t + steps);
  }
  return further < 0.01 * sum;
}

/** Whether the rate after `steps` is hardly lower after as many more. */
export const steady = (pace: Pace, steps: number): boolean => pace(2 * steps) > 0.8 * pace(Math.max(1, steps));
