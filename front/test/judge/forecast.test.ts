// Forecasts against descents, and where second derivatives do not hold up to the optimum.

import { expect, test } from "vitest";
import { descend } from "../../src/engine";
import { stateOf } from "../../src/engine/parameters";
import { certify } from "../../src/judge/certificate";
import { after, courseOf, gapOf, left } from "../../src/judge/forecast";
import { gradientNoise } from "../../src/judge/noise";
import { linear } from "../../src/judge/rules";
import { judged } from "./eight";

const FORECASTS = [["plain", 0.04], ["momentum", 0.02], ["nesterov", 0.01]] as const;

test.each(FORECASTS)("the steps that are left for %s are not one too many", (rule, rate) => {
  const { run, facts, objective, settings } = judged({ rules: [rule], rate, steps: 50 });
  const target = 1e-8;
  const course = courseOf(facts, objective, linear(rule)!, rate, stateOf(run, 0), stateOf(run, 50))!;
  const more = left(course, 50, target, false);
  const longer = descend(objective, rule, { ...settings, steps: 50 + more + 1 });
  const above = (t: number): boolean => Math.max(longer.cost[t], longer.cost[t + 1]) - facts.least > target;
  expect([above(50 + more - 1), above(50 + more)]).toEqual([true, false]);
  expect(gapOf(course, after(course, 50))).toBeCloseTo(run.cost[50] - facts.least, 10);
});

test("a rate above the limit has no course", () => {
  const { run, facts, objective, zones } = judged({ steps: 5 });
  const above = (share: number): unknown =>
    courseOf(facts, objective, linear("plain")!, share * zones!.limit, stateOf(run, 0), stateOf(run, 5));
  expect(above(1.001)).toBeNull();
  expect(above(0.999)).not.toBeNull();
});

test("far from the optimum of log loss the second derivatives predict, and do not certify", () => {
  const { objective, facts } = judged({ loss: "log_loss", target: "mixed" });
  const local = (w: Float64Array): boolean => certify(objective, objective.table!, w, [0, 1]).local;
  expect(local(facts.best!)).toBe(true);
  expect(local(Float64Array.of(2, -3))).toBe(false);
});

test("the gap of squares is the distance of the cost from the minimum", () => {
  const { objective, facts, run } = judged({ steps: 30 });
  const { gap } = certify(objective, objective.table!, stateOf(run, 30), [0, 1]);
  expect(gap).toBeCloseTo(run.cost[30] - facts.least, 12);
});

test("batches drawn without replacement have less noise, and the batch of all rows has none", () => {
  const { objective, facts, settings } = judged();
  const noise = (batch: number, sampling: "shuffle" | "replacement"): number =>
    gradientNoise(objective, facts.best!, { ...settings, batch, sampling });
  expect(noise(8, "shuffle")).toBeCloseTo(0, 12);
  expect(noise(3, "shuffle") / noise(3, "replacement")).toBeCloseTo(Math.sqrt(5 / 7), 12);
  expect(noise(4, "replacement")).toBeCloseTo(noise(1, "replacement") / 2, 12);
});
